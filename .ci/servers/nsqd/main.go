// The NSQ daemon as its project publishes it, with the options that the tests need.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/nsqio/nsq/nsqd"
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
	options := nsqd.NewOptions()
	flag.StringVar(&options.TCPAddress, "tcp-address", "127.0.0.1:4150", "where clients connect")
	flag.StringVar(&options.HTTPAddress, "http-address", "127.0.0.1:4151", "where it is asked over HTTP")
	flag.StringVar(&options.BroadcastAddress, "broadcast-address", "127.0.0.1", "the host that it tells of")
	flag.StringVar(&options.DataPath, "data-path", "", "where it keeps messages")
	flag.Int64Var(&options.MaxMsgSize, "max-msg-size", options.MaxMsgSize, "the largest message in bytes")
	flag.Int64Var(&options.MaxRdyCount, "max-rdy-count", options.MaxRdyCount, "how many messages may be asked for")
	flag.DurationVar(&options.MsgTimeout, "msg-timeout", options.MsgTimeout, "how long a message may be in flight")
	flag.StringVar(&options.TLSCert, "tls-cert", "", "its certificate")
	flag.StringVar(&options.TLSKey, "tls-key", "", "the key of its certificate")
	flag.StringVar(&options.TLSRootCAFile, "tls-root-ca-file", "", "who vouches for clients")
	flag.StringVar(&options.TLSClientAuthPolicy, "tls-client-auth-policy", "", "require or require-verify")
	flag.Func("lookupd-tcp-address", "an nsqlookupd that it tells of itself, once for each", func(address string) error {
		options.NSQLookupdTCPAddresses = append(options.NSQLookupdTCPAddresses, address)
		return nil
	})
	secret := flag.String("auth-http-address", "", "who knows what a secret allows")
	printVersion := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *printVersion {
		fmt.Println("nsqd", version())
		return nil
	}
	if *secret != "" {
		options.AuthHTTPAddresses = []string{*secret}
	}
	if options.TLSClientAuthPolicy != "" {
		options.TLSRequired = nsqd.TLSRequired
	}
	daemon, err := nsqd.New(options)
	if err != nil {
		return err
	}
	if err := daemon.LoadMetadata(); err != nil {
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
		fmt.Fprintln(os.Stderr, "nsqd:", err)
		os.Exit(1)
	}
}
