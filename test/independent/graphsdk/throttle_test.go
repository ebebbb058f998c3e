package graphsdk

import (
	"testing"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// TestWaitsAsTold lets the SDK meet the throttle of reads: it must find a Retry-After it understands, and come through.
//
// Posts are paced by the tests instead. When kiota-http-go 1.5.4 repeats a throttled POST, it sends the plain body but leaves the
// "Content-Encoding: gzip" of the first attempt on it, and gets a 400 (issue 183 of that repository).
func TestWaitsAsTold(t *testing.T) {
	u, chat := group(t)
	sent := u.post(t, chat, message(models.TEXT_BODYTYPE, "once"))
	begin := time.Now()
	for range 3 {
		u.read(t, chat, deref(sent.GetId()))
	}
	if took := time.Since(begin); took < 1500*time.Millisecond {
		t.Errorf("three reads of one chat took %v: Teams allows one a second", took)
	}
	if n := refused(u, 429); n == 0 {
		t.Errorf("nothing was refused")
	}
}

// refused counts requests that were answered with a status.
func refused(u *user, status int) int {
	n := 0
	for _, r := range u.at.Requests() {
		if r.Status == status {
			n++
		}
	}
	return n
}
