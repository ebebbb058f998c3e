// Package bench measures the whole product from outside, each figure beside what the same machine can do at best in the same run:
// the product is a process of its own on real storage, and so is the limit, a server that does nothing but accept a line on a
// WebSocket, commit it durably in groups, acknowledge it and pass it on. `make bench` prints both and the ratio.
//
// Figures: P1 durable messages a second at p99 ≤ 250 ms, P2 time from one screen to the other at low load, P3 CPU per message,
// P4 memory of an idle customer, P5 time from start to ready. Everything talks WebSocket and HTTP like anybody else.
package bench
