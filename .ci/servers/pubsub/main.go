// Google's own in-memory fake of Pub/Sub, pstest.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"cloud.google.com/go/pubsub/pstest"
)

const module = "cloud.google.com/go/pubsub"

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return dependency.Version
			}
		}
	}
	return "unknown"
}

func main() {
	port := flag.Int("port", 8085, "where clients connect, on loopback")
	printVersion := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *printVersion {
		fmt.Println("pstest", version())
		return
	}
	server := pstest.NewServerWithPort(*port)
	defer server.Close()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	<-signals
}
