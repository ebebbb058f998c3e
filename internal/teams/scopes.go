package teams

import "trialog/internal/graph"

// missing lists the permissions among wanted that were not granted.
func missing(granted, wanted []string) []string {
	var list []string
	for _, scope := range wanted {
		if !protocol(scope) && !graph.HasScope(granted, scope) {
			list = append(list, scope)
		}
	}
	return list
}

// protocol reports whether a scope belongs to the sign-in itself; Microsoft does not tell that it was granted.
func protocol(scope string) bool {
	return scope == "openid" || scope == "profile" || scope == "offline_access"
}
