// A k6 with Scalebed's executor and output in it.
package main

import (
	"go.k6.io/k6/cmd"

	_ "scalebed/k6/poisson"
	_ "scalebed/k6/seconds"
)

func main() {
	cmd.Execute()
}
