// The contract's core on Fiber.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gofiber/fiber/v3"

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
	prefork := settings.Switches["prefork"] == "on"
	if prefork && !fiber.IsChild() {
		return supervise(ctx, settings)
	}
	served, err := service.Open(ctx, settings)
	if err != nil {
		return err
	}
	api := &api{Service: served, scrape: served.Metrics.Handler()}
	leave := func() {}
	if prefork {
		shared, err := join(settings.MetricsDir, served.Metrics)
		if err != nil {
			return err
		}
		api.scrape, leave = shared.handler(), shared.leave
	}
	app := api.app()
	failed := make(chan error, 1)
	go func() { failed <- app.Listen(settings.Bind, listening(prefork)) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	err = app.ShutdownWithTimeout(settings.Drain)
	served.Close()
	leave()
	return err
}

func listening(prefork bool) fiber.ListenConfig {
	return fiber.ListenConfig{DisableStartupMessage: true, EnablePrefork: prefork}
}
