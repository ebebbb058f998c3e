// Package worlds proves that nothing is lost, doubled, mixed up or stalled. A world is one seed: an installation of one or two server
// nodes on the real store, a simulated Microsoft tenant that misbehaves by the seed, a database that does too, and customers, agents and
// experts who talk, invite, edit, leave and come back, all in a testing/synctest bubble where an hour takes milliseconds. When the plan is
// played and the misfortunes are over, what everybody was told is held against the log and against what the tenant really committed.
//
//	make sim WORLDS=20000             many worlds, for which the seed decides nearly everything
//	make sim SEED=4711 ONLY=3,17,42   one of them, or only some acts of it, with its story
//	go test ./internal/worlds         a few, in which the order of what happens at the same moment is left to chance
//
// One process counts, and starts one per core that plays. There is nothing here but tests.
package worlds
