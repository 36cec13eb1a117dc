// Package service is what a peer in Go serves, whatever its framework: settings, the operations of the contract as
// functions of a request's parts, and what stands beside them.
package service

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	// sessionFor is what a request may wait for a session before its statement begins.
	sessionFor = 5 * time.Second
	// statementFor is how long a statement may take where the environment does not say; also where it may take any time,
	// since a stop must not.
	statementFor = 10 * time.Second
)

// Settings are what the environment decides.
type Settings struct {
	Switches    Switches
	Bind        string
	DatabaseURL string
	Secret      string
	Hosts       Hosts
	// Drain is how long a stopping service answers what it has begun.
	Drain time.Duration
	// MetricsDir is a folder of this replica's own, which its processes share; it may be empty.
	MetricsDir string
}

// ReadSettings reads the environment, and variant.toml of the working folder. It sets up logging and the scheduler as they
// say.
func ReadSettings() (*Settings, error) {
	switches, err := ReadSwitches("variant.toml", os.Getenv("SWITCHES"))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"DATABASE_URL", "SECRET_KEY"} {
		if os.Getenv(name) == "" {
			return nil, fmt.Errorf("%s is not set", name)
		}
	}
	var timeout int
	if text := os.Getenv("STATEMENT_TIMEOUT_MS"); text != "" {
		if timeout, err = strconv.Atoi(text); err != nil {
			return nil, fmt.Errorf("STATEMENT_TIMEOUT_MS is %q; give a whole number", text)
		}
	}
	drain := sessionFor + statementFor
	if timeout > 0 {
		drain = sessionFor + time.Duration(timeout)*time.Millisecond
	}
	if err := logAt(or(os.Getenv("LOG_LEVEL"), "INFO")); err != nil {
		return nil, err
	}
	// "auto" leaves it to the runtime, which asks for the processors and for the quota of its cgroup.
	if procs := switches["procs"]; procs != "" && procs != "auto" {
		runtime.GOMAXPROCS(switches.Number("procs"))
	}
	return &Settings{
		Switches:    switches,
		Bind:        or(os.Getenv("BIND"), "127.0.0.1:8000"),
		DatabaseURL: os.Getenv("DATABASE_URL"),
		Secret:      os.Getenv("SECRET_KEY"),
		Hosts:       NewHosts(or(os.Getenv("ALLOWED_HOSTS"), "localhost,127.0.0.1")),
		Drain:       drain,
		MetricsDir:  os.Getenv("METRICS_DIR"),
	}, nil
}

// logAt has everything from a level up logged as JSON; the levels have Python's names, as in every service here.
func logAt(name string) error {
	levels := map[string]slog.Level{
		"DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARNING": slog.LevelWarn,
		"ERROR": slog.LevelError, "CRITICAL": slog.LevelError + 4,
	}
	level, known := levels[strings.ToUpper(name)]
	if !known {
		return fmt.Errorf("LOG_LEVEL is %q, which is no log level", name)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
	return nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
