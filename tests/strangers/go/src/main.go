// Command server is the on-premise implementation of the SparkRTC server API.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log.SetOutput(os.Stderr)
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)

	port := os.Getenv("PORT")
	if port == "" {
		port = "0"
	}
	bind := os.Getenv("BIND")
	if bind == "" {
		bind = "127.0.0.1"
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(bind, port))
	if err != nil {
		log.Fatalf("listen: %v", err)
	}

	st := newStore()
	iam := newIAM()
	info := seed(st, iam, time.Now().UTC())

	srv := &server{store: st, iam: iam, door: &seeder{st: st, rnd: rand.New(rand.NewSource(1))}}
	srv.notifier = newNotifier()
	st.notify = srv.notifier.enqueue
	srv.routes()
	srv.doorRoutes()

	hs := &http.Server{
		Handler:           srv,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       90 * time.Second,
	}
	go st.runClock()

	base := fmt.Sprintf("http://127.0.0.1:%d", ln.Addr().(*net.TCPAddr).Port)
	info.BaseURL, info.IdentityURL = base, base
	line, _ := json.Marshal(info)
	fmt.Println(string(line))

	go func() {
		sig := make(chan os.Signal, 1)
		signal.Notify(sig, syscall.SIGINT, syscall.SIGTERM)
		<-sig
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = hs.Shutdown(ctx)
	}()
	if err := hs.Serve(ln); err != nil && err != http.ErrServerClosed {
		log.Fatalf("serve: %v", err)
	}
}

// readyInfo is the single line printed on stdout once the server accepts requests.
type readyInfo struct {
	BaseURL               string `json:"base_url"`
	IdentityURL           string `json:"identity_url"`
	ProjectID             string `json:"project_id"`
	ProjectName           string `json:"project_name"`
	Token                 string `json:"token"`
	AK                    string `json:"ak"`
	SK                    string `json:"sk"`
	User                  string `json:"user"`
	Password              string `json:"password"`
	Domain                string `json:"domain"`
	SecondToken           string `json:"sibling_token"`
	SecondProjectID       string `json:"sibling_project_id"`
	SecondTenantToken     string `json:"second_token"`
	SecondTenantProjectID string `json:"second_project_id"`
	ExpiredToken          string `json:"expired_token"`
	AppID                 string `json:"app_id"`
	RoomID                string `json:"room_id"`
	UserID                string `json:"user_id"`
	Bucket                string `json:"bucket"`
	BucketLocation        string `json:"bucket_location"`
	BucketObject          string `json:"bucket_object"`
	BucketObjectBytes     int64  `json:"bucket_object_bytes"`
}
