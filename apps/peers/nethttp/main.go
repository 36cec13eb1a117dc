// The contract's core on Go's standard library: net/http's server and its ServeMux, without a framework.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"scalebed/core/service"
)

func main() {
	service.Main(run)
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := service.ReadSettings()
	if err != nil {
		return err
	}
	served, err := service.Open(ctx, settings)
	if err != nil {
		return err
	}
	defer served.Close()
	return served.Serve(ctx, newAPI(served).handler())
}
