//go:build !seeded

package worlds

// seeded says whether the runtime repeats itself, as it does in make sim. Without, a seed gives the same plan, but what happens at the
// same moment happens in any order.
const seeded = false

func reseed(uint64) {}
