//go:build seeded

package worlds

import _ "unsafe" // for go:linkname

// seeded says that the runtime repeats itself: see scripts/seeded.go, whose overlay has the function's body.
const seeded = true

//go:linkname reseed
func reseed(seed uint64)
