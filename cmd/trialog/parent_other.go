//go:build !linux

package main

import "syscall"

// dieWithParent has no equivalent here: children are stopped on an orderly end only.
func dieWithParent() *syscall.SysProcAttr { return nil }
