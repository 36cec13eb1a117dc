package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v3"

	"scalebed/core/service"
)

const (
	// watchEvery is how often the first process looks whether the others have ended.
	watchEvery = 50 * time.Millisecond
	ending     = ".sock"
)

// supervise is the first process of several: Fiber starts the others, one for each processor that Go may use, and has the
// kernel share the connections out among them. It would kill them where it is told to stop, so they are told first.
func supervise(ctx context.Context, settings *service.Settings) error {
	if settings.MetricsDir == "" {
		folder, err := os.MkdirTemp("", "fiber-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		settings.MetricsDir = folder
		if err := os.Setenv("METRICS_DIR", folder); err != nil {
			return err
		}
	}
	leftovers, _ := filepath.Glob(filepath.Join(settings.MetricsDir, "*"+ending)) // the pattern is one
	for _, leftover := range leftovers {
		_ = os.Remove(leftover) // of a former run, which nobody answers
	}
	var lock sync.Mutex
	var others []int
	app := fiber.New()
	app.Hooks().OnFork(func(process int) error {
		lock.Lock()
		defer lock.Unlock()
		others = append(others, process)
		return nil
	})
	failed := make(chan error, 1)
	go func() { failed <- app.Listen(settings.Bind, listening(true)) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	lock.Lock()
	defer lock.Unlock()
	tell(others, syscall.SIGTERM)
	await(settings, others)
	tell(others, syscall.SIGKILL)
	return nil
}

func tell(processes []int, what syscall.Signal) {
	for _, process := range processes {
		_ = syscall.Kill(process, what) // fails where it has ended by itself
	}
}

// await waits until every process has left the folder, for as long as they may take. Fiber's own wait ends with the first
// of them, and would take the others along.
func await(settings *service.Settings, others []int) {
	for until := time.Now().Add(settings.Drain); time.Now().Before(until); time.Sleep(watchEvery) {
		left := 0
		for _, process := range others {
			if _, err := os.Stat(socket(settings.MetricsDir, process)); err == nil {
				left++
			}
		}
		if left == 0 {
			return
		}
	}
}

func socket(folder string, process int) string {
	return filepath.Join(folder, strconv.Itoa(process)+ending)
}

// member is a process among those that share a folder: each answers there for its own metrics, and whoever is asked for
// them adds up all.
type member struct {
	folder   string
	metrics  *service.Metrics
	listener net.Listener
}

func join(folder string, metrics *service.Metrics) (*member, error) {
	listener, err := net.Listen("unix", socket(folder, os.Getpid()))
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: metrics.Handler(), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }() // ends when the process leaves
	return &member{folder, metrics, listener}, nil
}

// leave says that all is done, and waits for the first process to end this one, with all others.
func (m *member) leave() {
	_ = m.listener.Close() // takes the socket's file away
	select {}
}

func (m *member) handler() http.Handler {
	return service.Summed(func() []string {
		found, _ := filepath.Glob(filepath.Join(m.folder, "*"+ending)) // the pattern is one
		return found
	})
}
