// Package worlds proves that nothing is lost, doubled, mixed up or stalled. A world is one seed: an installation of one or two server
// nodes on the real store, a simulated Microsoft tenant that misbehaves by the seed, and customers, agents and experts who talk, invite,
// edit, leave and come back, all in a testing/synctest bubble where an hour takes milliseconds. When the plan is played and the
// misfortunes are over, what everybody was told is held against the log and against what the tenant really committed.
//
//	go test ./internal/worlds -worlds 20000   (make sim)
//	go test ./internal/worlds -seed 4711 -v   one world, with its story
//
// There is nothing here but tests.
package worlds
