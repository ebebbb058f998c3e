package store

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"trialog/internal/chat"
)

// Point names a moment at which Config.Fault may let the database fail.
type Point string

// Points, and what happens there.
const (
	PointRead   Point = "read"   // the database does not answer a query
	PointBegin  Point = "begin"  // it does not answer when a write begins
	PointCommit Point = "commit" // it rolls the write back
	PointAnswer Point = "answer" // it commits, and the answer to that is lost
	PointHint   Point = "hint"   // it commits, and a hint is lost on the way to its subscribers
)

// Points lists them all.
func Points() []Point { return []Point{PointRead, PointBegin, PointCommit, PointAnswer, PointHint} }

// fails reports whether a test wants the database to fail here.
func (s *Store) fails(at Point) bool { return s.cfg.Fault != nil && s.cfg.Fault(at) }

// errFailed is a failure on behalf of a test, as if the connection had broken.
var errFailed = fmt.Errorf("failed on purpose: %w", driver.ErrBadConn)

var errClosed = errors.New("the store is closed")

// unavailable says that the database does not serve now. Whether a write under way was committed is unknown; its key makes repeating
// it safe.
func unavailable(what string, cause error) error {
	return fmt.Errorf("%s: %w: %w", what,
		chat.Refuse(chat.Unavailable, "store_unavailable", "The message store does not answer. Please try again."), cause)
}
