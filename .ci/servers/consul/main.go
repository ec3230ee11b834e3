// Command consul is HashiCorp Consul's own agent, built from its published module: the tests' real server.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/hashicorp/consul/command"
	consulcli "github.com/hashicorp/consul/command/cli"
	"github.com/hashicorp/consul/version"
	"github.com/mitchellh/cli"
)

func main() {
	// Some of Consul's libraries write to the standard logger; the agent has its own.
	log.SetOutput(io.Discard)

	ui := &consulcli.BasicUI{BasicUi: cli.BasicUi{Writer: os.Stdout, ErrorWriter: os.Stderr}}
	app := cli.NewCLI("consul", version.GetHumanVersion())
	app.Args = os.Args[1:]
	app.Commands = command.RegisteredCommands(ui)

	status, err := app.Run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "consul:", err)
		status = 1
	}
	os.Exit(status)
}
