// The contract's core on Gin.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gin-gonic/gin"

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
	gin.SetMode(gin.ReleaseMode)
	useJSON(settings.Switches["json"])
	return served.Serve(ctx, newAPI(served).router())
}
