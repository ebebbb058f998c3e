package chat

import (
	"errors"
	"fmt"
)

// ErrorKind says what sort of refusal an Error is; edges turn it into a status or close code.
type ErrorKind string

// The kinds of refusal. Whatever is no *Error is internal: the person sees a request id, the log sees the rest.
const (
	Invalid         ErrorKind = "invalid"         // the request itself is wrong; Field names where
	Unauthenticated ErrorKind = "unauthenticated" // who is speaking is unknown
	Forbidden       ErrorKind = "forbidden"       // known, but not allowed
	NotFound        ErrorKind = "not_found"       // not there, or not yours
	Conflict        ErrorKind = "conflict"        // does not fit the present state
	Gone            ErrorKind = "gone"            // was there, is over
	TooLarge        ErrorKind = "too_large"       // over a documented limit
	Busy            ErrorKind = "busy"            // too much at once; the same request may be repeated
	Unavailable     ErrorKind = "unavailable"     // a part we need does not answer; may be repeated
)

// Error is a refusal whose words are safe to show. Code is stable and lets each reader word it in their language.
type Error struct {
	Kind  ErrorKind
	Code  string // e.g. "conversation_closed"
	Field string // JSON path of the offending field, if any
	Text  string // one English sentence
}

// Error returns the English sentence, with the field when there is one.
func (e *Error) Error() string {
	if e.Field != "" {
		return e.Field + ": " + e.Text
	}
	return e.Text
}

// Refuse builds an Error; format and args make its sentence.
func Refuse(kind ErrorKind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Text: fmt.Sprintf(format, args...)}
}

// RefuseField is Refuse for one field of the request.
func RefuseField(field, code, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: code, Field: field, Text: fmt.Sprintf(format, args...)}
}

// ErrNoConversation is the answer to every id that is unknown or not the caller's: the two can't be told apart.
var ErrNoConversation = &Error{Kind: NotFound, Code: "no_conversation", Text: "There is no such conversation."}

// IsKind reports whether err is, or wraps, a refusal of that kind.
func IsKind(err error, kind ErrorKind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
