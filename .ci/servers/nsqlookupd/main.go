// The NSQ directory daemon as its project publishes it, with the options that the tests need.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/nsqio/nsq/nsqlookupd"
)

const module = "github.com/nsqio/nsq"

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

func run() error {
	options := nsqlookupd.NewOptions()
	flag.StringVar(&options.TCPAddress, "tcp-address", "127.0.0.1:4160", "where nsqds tell of themselves")
	flag.StringVar(&options.HTTPAddress, "http-address", "127.0.0.1:4161", "where clients ask for nsqds")
	flag.StringVar(&options.BroadcastAddress, "broadcast-address", "127.0.0.1", "the host that it tells of")
	printVersion := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *printVersion {
		fmt.Println("nsqlookupd", version())
		return nil
	}
	daemon, err := nsqlookupd.New(options)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		daemon.Exit()
	}()
	return daemon.Main()
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "nsqlookupd:", err)
		os.Exit(1)
	}
}
