module microspringboot/ci/servers/nsqlookupd

// The newest that Debian 12's Go builds.
go 1.19

require github.com/nsqio/nsq v1.3.0

require github.com/julienschmidt/httprouter v1.3.0 // indirect
