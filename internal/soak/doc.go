// Package soak plays the product as what it is: processes. `trialog serve` runs on SQLite, and as two nodes behind a balancer on
// PostgreSQL, beside one `trialog teamsim` that stands for Microsoft and never dies. Customers, agents and experts talk over the surfaces
// that everybody uses, and send again what was not acknowledged, as browsers do. Meanwhile processes are killed and frozen, Microsoft is
// cut off, the disk fills up and the clock jumps. Afterwards an outside checker holds what every client was acknowledged, what every reader
// saw and what the tenant committed against the log as a fresh reader gets it.
//
// `make soak KILLS=1000` prints the figures; `go test` plays a short slice of it.
package soak
