// Package tenant starts the simulated Microsoft tenant the way a stranger's program meets it: over TLS on a loopback port, under a
// CA that is trusted only through SSL_CERT_FILE or NODE_EXTRA_CA_CERTS, with the real rates of Teams, and without the leniency the
// demonstration needs (no notifications over plain http). Clients get an address and nothing else: whatever passes here goes through
// HTTP.
//
// It also plays the person at the sign-in page, see [Browser].
package tenant
