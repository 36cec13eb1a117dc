// A k6 with Scalebed's executors and output in it.
package main

import (
	"go.k6.io/k6/cmd"

	_ "scalebed/k6/checks/module"
	_ "scalebed/k6/poisson"
	_ "scalebed/k6/seconds"
	_ "scalebed/k6/users"
)

func main() {
	cmd.Execute()
}
