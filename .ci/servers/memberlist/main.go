// A member of a memberlist cluster that keeps services as go-micro's gossip registry does, and is told what to do over
// HTTP:
//
//	GET  /address             where the others of the cluster reach it
//	GET  /members             the names of the members that it believes alive, as a JSON array
//	GET  /services            what it knows, as go-micro's JSON: name to list of services
//	POST /register?ttl=30s    the service in the body
//	POST /deregister          the service in the body
//	POST /join?address=A,B    joins the cluster of these
//	POST /leave               says goodbye and stays silent
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

const module = "github.com/hashicorp/memberlist"

// What an update does, as numbers on the wire.
const (
	create = 1
	remove = 2
)

const serviceUpdate = 1

type node struct {
	ID       string            `json:"id"`
	Address  string            `json:"address"`
	Metadata map[string]string `json:"metadata"`
}

type service struct {
	Name      string            `json:"name"`
	Version   string            `json:"version"`
	Metadata  map[string]string `json:"metadata"`
	Endpoints json.RawMessage   `json:"endpoints"`
	Nodes     []*node           `json:"nodes"`
}

// update is go-micro's protobuf message gossip.Update.
type update struct {
	expires     uint64
	kind        uint64
	action      uint64
	contentType string
	data        []byte
}

func varint(out []byte, field, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(out, field<<3), value)
}

func text(out []byte, field uint64, value []byte) []byte {
	out = binary.AppendUvarint(out, field<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(value))), value...)
}

func (u *update) encode() []byte {
	var out []byte
	if u.expires > 0 {
		out = varint(out, 1, u.expires)
	}
	out = varint(out, 2, u.kind)
	out = varint(out, 3, u.action)
	entry := text(text(nil, 1, []byte("Content-Type")), 2, []byte(u.contentType))
	return text(text(out, 6, entry), 7, u.data)
}

var errTruncated = errors.New("truncated")

// fields calls back with each field: its number, and either a number or bytes.
func fields(in []byte, each func(field, value uint64, data []byte) error) error {
	for len(in) > 0 {
		tag, n := binary.Uvarint(in)
		if n <= 0 {
			return errTruncated
		}
		in = in[n:]
		value, n := binary.Uvarint(in)
		if n <= 0 {
			return errTruncated
		}
		in = in[n:]
		var data []byte
		switch tag & 7 {
		case 0:
		case 2:
			if uint64(len(in)) < value {
				return errTruncated
			}
			data, in = in[:value], in[value:]
		default:
			return fmt.Errorf("wire type %d", tag&7)
		}
		if err := each(tag>>3, value, data); err != nil {
			return err
		}
	}
	return nil
}

func decode(in []byte) (*update, error) {
	u := &update{}
	err := fields(in, func(field, value uint64, data []byte) error {
		switch field {
		case 1:
			u.expires = value
		case 2:
			u.kind = value
		case 3:
			u.action = value
		case 6:
			var key, content string
			if err := fields(data, func(field, _ uint64, data []byte) error {
				if field == 1 {
					key = string(data)
				} else {
					content = string(data)
				}
				return nil
			}); err != nil {
				return err
			}
			if key == "Content-Type" {
				u.contentType = content
			}
		case 7:
			u.data = append([]byte(nil), data...)
		}
		return nil
	})
	return u, err
}

type expiry struct {
	at uint64
	of *service
}

// registry holds what was heard. As in go-micro nothing but its time ends a service of a member that died, and what
// came with a join has no end.
type registry struct {
	sync.Mutex
	services map[string][]*service
	expiries map[[sha256.Size]byte]expiry
	queue    *memberlist.TransmitLimitedQueue
}

func (r *registry) add(s *service, expires uint64) {
	r.Lock()
	defer r.Unlock()
	if expires > 0 {
		r.expiries[hash(s)] = expiry{expires, s}
	}
	versions := []*service{s}
	for _, known := range r.services[s.Name] {
		if known.Version != s.Version {
			versions = append(versions, known)
			continue
		}
		merged := *s
		for _, old := range known.Nodes {
			if !has(s.Nodes, old.ID) {
				merged.Nodes = append(merged.Nodes, old)
			}
		}
		versions[0] = &merged
	}
	r.services[s.Name] = versions
}

func (r *registry) drop(s *service) {
	r.Lock()
	defer r.Unlock()
	delete(r.expiries, hash(s))
	r.dropLocked(s)
}

func (r *registry) dropLocked(s *service) {
	var versions []*service
	for _, known := range r.services[s.Name] {
		left := *known
		if known.Version == s.Version {
			left.Nodes = nil
			for _, old := range known.Nodes {
				if !has(s.Nodes, old.ID) {
					left.Nodes = append(left.Nodes, old)
				}
			}
		}
		if len(left.Nodes) > 0 {
			versions = append(versions, &left)
		}
	}
	if r.services[s.Name] = versions; len(versions) == 0 {
		delete(r.services, s.Name)
	}
}

func (r *registry) expire() {
	r.Lock()
	defer r.Unlock()
	now := uint64(time.Now().UnixNano())
	for key, e := range r.expiries {
		if e.at < now {
			delete(r.expiries, key)
			r.dropLocked(e.of)
		}
	}
}

func has(nodes []*node, id string) bool {
	for _, n := range nodes {
		if n.ID == id {
			return true
		}
	}
	return false
}

func hash(s *service) [sha256.Size]byte {
	content, _ := json.Marshal(s)
	return sha256.Sum256(content)
}

func (r *registry) state() []byte {
	r.Lock()
	defer r.Unlock()
	content, _ := json.Marshal(r.services)
	return content
}

// The delegate of memberlist.

func (r *registry) NodeMeta(int) []byte { return []byte{} }

func (r *registry) NotifyMsg(message []byte) {
	u, err := decode(message)
	if err != nil || u.kind != serviceUpdate || u.contentType != "application/json" {
		return
	}
	var s service
	if json.Unmarshal(u.data, &s) != nil {
		return
	}
	switch u.action {
	case create:
		r.add(&s, u.expires)
	case remove:
		r.drop(&s)
	}
}

func (r *registry) GetBroadcasts(overhead, limit int) [][]byte {
	return r.queue.GetBroadcasts(overhead, limit)
}

func (r *registry) LocalState(join bool) []byte {
	if !join {
		return []byte{}
	}
	return r.state()
}

func (r *registry) MergeRemoteState(content []byte, join bool) {
	var services map[string][]*service
	if !join || json.Unmarshal(content, &services) != nil {
		return
	}
	for _, versions := range services {
		for _, s := range versions {
			r.add(s, 0)
		}
	}
}

type broadcast []byte

func (b broadcast) Invalidates(memberlist.Broadcast) bool { return false }
func (b broadcast) Message() []byte                       { return b }
func (b broadcast) Finished()                             {}
func (b broadcast) UniqueBroadcast()                      {}

func (r *registry) send(action uint64, s *service, expires uint64) {
	data, _ := json.Marshal(s)
	u := &update{expires, serviceUpdate, action, "application/json", data}
	r.queue.QueueBroadcast(broadcast(u.encode()))
}

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
	control := flag.String("control", "127.0.0.1:0", "where it is told what to do")
	bind := flag.String("bind", "127.0.0.1:0", "where it is a member")
	secret := flag.String("secret", "", "the key: 16, 24 or 32 bytes")
	compress := flag.Bool("compress", true, "whether it compresses")
	asked := flag.Bool("version", false, "prints the version of memberlist")
	flag.Parse()
	if *asked {
		fmt.Println(version())
		return
	}
	// What go-micro sets.
	config := memberlist.DefaultLocalConfig()
	config.PushPullInterval = 0
	config.ProtocolVersion = 4
	config.SecretKey = []byte(*secret)
	config.EnableCompression = *compress
	config.LogOutput = os.Stderr
	hostname, _ := os.Hostname()
	config.Name = fmt.Sprintf("micro-%s-%d-%d", hostname, os.Getpid(), time.Now().UnixNano())
	host, port, err := net.SplitHostPort(*bind)
	if err != nil {
		log.Fatal(err)
	}
	config.BindAddr = host
	if config.BindPort, err = strconv.Atoi(port); err != nil {
		log.Fatal(err)
	}
	config.AdvertisePort = config.BindPort
	known := &registry{services: map[string][]*service{}, expiries: map[[sha256.Size]byte]expiry{}}
	// go-micro counts the addresses that it was given.
	known.queue = &memberlist.TransmitLimitedQueue{NumNodes: func() int { return 1 }, RetransmitMult: 3}
	config.Delegate = known
	list, err := memberlist.Create(config)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			known.expire()
		}
	}()
	log.Fatal(http.ListenAndServe(*control, commands(list, known)))
}

func commands(list *memberlist.Memberlist, known *registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/address", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, list.LocalNode().Address())
	})
	mux.HandleFunc("/members", func(w http.ResponseWriter, r *http.Request) {
		names := []string{}
		for _, member := range list.Members() {
			names = append(names, member.Name)
		}
		_ = json.NewEncoder(w).Encode(names)
	})
	mux.HandleFunc("/services", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(known.state())
	})
	mux.HandleFunc("/register", func(w http.ResponseWriter, r *http.Request) {
		ttl, err := time.ParseDuration(r.URL.Query().Get("ttl"))
		s, err2 := read(r.Body)
		if err != nil || err2 != nil {
			http.Error(w, fmt.Sprint(err, err2), http.StatusBadRequest)
			return
		}
		// As go-micro has it, its own do not end.
		known.add(s, 0)
		known.send(create, s, uint64(time.Now().Add(ttl).UnixNano()))
	})
	mux.HandleFunc("/deregister", func(w http.ResponseWriter, r *http.Request) {
		s, err := read(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		known.drop(s)
		known.send(remove, s, 0)
	})
	mux.HandleFunc("/join", func(w http.ResponseWriter, r *http.Request) {
		if _, err := list.Join(strings.Split(r.URL.Query().Get("address"), ",")); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	})
	mux.HandleFunc("/leave", func(w http.ResponseWriter, r *http.Request) {
		if err := list.Leave(time.Second); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
		_ = list.Shutdown()
	})
	return mux
}

func read(body io.Reader) (*service, error) {
	s := &service{}
	err := json.NewDecoder(body).Decode(s)
	return s, err
}
