package main

import "os"

var slipName = os.Getenv("SLIP")

// slip reports whether the named deliberate defect is switched on (env SLIP).
func slip(name string) bool { return slipName == name }
