// The Kubernetes API server as its project publishes it.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if slices.Contains(os.Args, "--version") {
		printVersion()
		return
	}
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}

// printVersion says which module this is: Kubernetes' own build tells the program, ours does not.
func printVersion() {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "k8s.io/kubernetes" {
			fmt.Println("Kubernetes", module.Version)
		}
	}
}
