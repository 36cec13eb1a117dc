package service

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

// Main is a peer's program. Started with the word packages it says what it is built of, name==version a line; otherwise
// it runs, and ends with 1 and a sentence where that fails.
func Main(run func() error) {
	if len(os.Args) == 2 && os.Args[1] == "packages" {
		if info, there := debug.ReadBuildInfo(); there {
			fmt.Println(strings.Join(packages(info), "\n"))
		}
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// packages are Go itself and the modules of others that are linked into the program.
func packages(info *debug.BuildInfo) []string {
	named := []string{"go==" + strings.TrimPrefix(info.GoVersion, "go")}
	for _, module := range info.Deps {
		// The core stands in a folder beside, and has no version.
		if module.Replace == nil {
			named = append(named, module.Path+"=="+strings.TrimPrefix(module.Version, "v"))
		}
	}
	return named
}
