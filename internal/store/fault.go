package store

import (
	"errors"
	"fmt"

	"trialog/internal/chat"
)

var errClosed = errors.New("the store is closed")

// unavailable says that the database does not serve now. Whether a write under way was committed is unknown; its key makes repeating
// it safe.
func unavailable(what string, cause error) error {
	return fmt.Errorf("%s: %w: %w", what,
		chat.Refuse(chat.Unavailable, "store_unavailable", "The message store does not answer. Please try again."), cause)
}
