package service

import (
	"runtime/debug"
	"slices"
	"testing"
)

func TestPackagesAreThoseOfOthers(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
		{Path: "github.com/jackc/pgx/v5", Version: "v5.8.0"},
		{Path: "scalebed/core", Version: "v0.0.0", Replace: &debug.Module{Path: "../core/go"}},
	}}
	want := []string{"go==1.26.8", "github.com/jackc/pgx/v5==5.8.0"}
	if got := packages(info); !slices.Equal(got, want) {
		t.Errorf("packages are %v, not %v", got, want)
	}
}
