//go:build !linux

package soak

import "syscall"

// dieWithTest has no equivalent here: processes end with an orderly end of the test only.
func dieWithTest() *syscall.SysProcAttr { return nil }
