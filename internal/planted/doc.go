// Package planted proves that the tests can fail. Every file of testdata is a bug that somebody could make in one of the mechanisms that
// keep conversations whole: posting again too early, a cursor off by one, a marker matched anywhere. A bug is planted by building the tests
// that have to catch it with the changed file in place of the real one; the tree stays as it is. Most have to be caught by the seeded worlds
// of internal/worlds, within so many seeds. A bug that survives fails the run: then a check or an actor is missing there.
//
//	go test ./internal/planted                                (every bug still fits the tree)
//	make planted                                              (all are caught, and a table says how)
//	make planted BUGS='settle|marker'                         (some)
//
// There is nothing here but tests.
package planted
