package teams

import "time"

// until is how long it is to a moment that was set at most `most` ahead; 0 when it is past. Moments are stored in our wall time, which
// somebody may have set back since: one that is farther away than it can be is due. [F22]
func until(at time.Time, most time.Duration) time.Duration {
	wait := time.Until(at)
	if wait > most {
		return 0
	}
	return max(wait, 0)
}

// deadline is a stored moment as this run of a lane knows it: by a clock that nobody sets.
type deadline struct {
	at  time.Time // as stored, in wall time
	due time.Time // with a monotonic reading
}

// left is how long it is to a stored moment that was set at most `most` ahead. Nothing that is decided by it may be decided too early because
// somebody has set the clock, so the wall is looked at once only, when the moment is first seen; one that an earlier run has set counts anew. [F22]
func (x *lane) left(d *deadline, at time.Time, most time.Duration) time.Duration {
	if !d.at.Equal(at) {
		wait := most
		if x.stepped {
			wait = until(at, most)
		}
		*d = deadline{at, time.Now().Add(wait)}
	}
	return max(0, time.Until(d.due))
}

// since is how long ago a moment was, and far longer than anything is waited for when it lies in the future.
func since(at time.Time) time.Duration {
	if ago := time.Since(at); ago >= 0 {
		return ago
	}
	return time.Duration(1<<63 - 1)
}
