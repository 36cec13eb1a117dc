// Package users has k6's executors of a closed model, `watched-constant-vus` and `watched-ramping-vus`: k6's own
// `constant-vus` and `ramping-vus`, whose iterations leave marks for the output. With k6's own, a script that throws
// in every iteration looks like one that does well.
package users

import (
	"context"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/lib/executor"
	"go.k6.io/k6/metrics"

	"scalebed/k6/iterations"
)

const (
	constantType = "watched-constant-vus"
	rampingType  = "watched-ramping-vus"
)

func init() {
	lib.RegisterExecutorConfigType(constantType, func(name string, raw []byte) (lib.ExecutorConfig, error) {
		config := constant{executor.NewConstantVUsConfig(name)}
		err := lib.StrictJSONUnmarshal(raw, &config)
		return config, err
	})
	lib.RegisterExecutorConfigType(rampingType, func(name string, raw []byte) (lib.ExecutorConfig, error) {
		config := ramping{executor.NewRampingVUsConfig(name)}
		err := lib.StrictJSONUnmarshal(raw, &config)
		return config, err
	})
}

type constant struct {
	executor.ConstantVUsConfig
}

// NewExecutor is called by k6 once for each scenario.
func (c constant) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	inner, err := c.ConstantVUsConfig.NewExecutor(state, logger)
	return &watched{inner, state, logger}, err
}

type ramping struct {
	executor.RampingVUsConfig
}

// NewExecutor is called by k6 once for each scenario.
func (r ramping) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	inner, err := r.RampingVUsConfig.NewExecutor(state, logger)
	return &watched{inner, state, logger}, err
}

// watched is one of k6's executors on VUs that leave marks.
type watched struct {
	lib.Executor
	state  *lib.ExecutionState
	logger *logrus.Entry
}

// Init puts every VU back as one that leaves marks. k6 has made them all by then, and initializes one executor after
// another before any of them runs.
func (w *watched) Init(ctx context.Context) error {
	for range w.state.GetInitializedVUsCount() {
		vu, err := w.state.GetPlannedVU(w.logger, false)
		if err != nil {
			return err
		}
		w.state.ReturnVU(iterations.Watch(vu, iterations.Default), false)
	}
	return w.Executor.Init(ctx)
}

// Run implements lib.Executor.
func (w *watched) Run(ctx context.Context, out chan<- metrics.SampleContainer) error {
	iterations.Default.Open(out, w.logger)
	return w.Executor.Run(ctx, out)
}
