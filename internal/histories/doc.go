// Package histories records what many clients call at the same time and what each is answered, and asks whether one order explains it all.
//
// A history is one conversation. Its clients say, edit, delete, repeat and read, straight at the verbs and the store (on SQLite, and on
// PostgreSQL from two nodes), and through HTTP and live connections, where answers get lost and connections break. What they were answered must
// be linearizable: there is an order of the calls, each between its call and its return, in which the model of a conversation gives the same
// answers. A live stream promises less, and that is held against it: it follows the log from its cursor without gap, repeat or change of order,
// also across reconnects; a reader never falls behind what it was acknowledged or has seen; lines stand behind the ones their author had read and
// written before; and what a screen began with, plus what came down, is what a fresh look shows.
//
//	go test ./internal/histories -run TestHistories -histories 200 -calls 2000 -v   (make histories)
//
// There is nothing here but tests.
package histories
