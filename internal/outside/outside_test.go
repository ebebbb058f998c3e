package outside

import (
	"net"
	"strconv"
	"testing"
)

// Nobody is given a port twice, though nobody listens there yet; and one that was given back serves again.
func TestFreePort(t *testing.T) {
	const many = 2000 // by chance alone, 50 of them would be pairs
	given := map[int]bool{}
	for range many {
		port, release, err := FreePort()
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		if given[port] {
			t.Fatalf("port %d was given twice", port)
		}
		given[port] = true
	}
	port, release, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatalf("whoever was given port %d cannot listen: %v", port, err)
	}
	defer l.Close()
	release()
}
