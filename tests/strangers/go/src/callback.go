package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"
)

func validCallbackURL(raw string) bool {
	if !strings.HasPrefix(raw, "http://") && !strings.HasPrefix(raw, "https://") {
		return slip("callback-any-scheme") && raw != ""
	}
	u, err := url.Parse(raw)
	return err == nil && u.Host != ""
}

// callbackBody is table 14-3.
type callbackBody struct {
	JobID          string `json:"job_id"`
	StreamName     string `json:"stream_name"`
	AppID          string `json:"app_id"`
	RoomID         string `json:"room_id"`
	EventType      string `json:"event_type"`
	RecordFormat   string `json:"record_format"`
	DownloadURL    string `json:"download_url,omitempty"`
	RecordDuration *int64 `json:"record_duration,omitempty"`
	Width          *int   `json:"width,omitempty"`
	Height         *int   `json:"height,omitempty"`
	StartTime      string `json:"start_time,omitempty"`
	EndTime        string `json:"end_time,omitempty"`
	ObsLocation    string `json:"obs_location,omitempty"`
	ObsBucket      string `json:"obs_bucket,omitempty"`
	ObsObject      string `json:"obs_object,omitempty"`
	DetailMessage  string `json:"detail_message,omitempty"`
}

type notifier struct {
	queue  chan notification
	client *http.Client
}

type notification struct {
	cb   appCallbackURL
	body callbackBody
}

func newNotifier() *notifier {
	n := &notifier{queue: make(chan notification, 1024), client: &http.Client{Timeout: 3 * time.Second}}
	go n.run()
	return n
}

func (n *notifier) enqueue(cb appCallbackURL, b callbackBody) {
	select {
	case n.queue <- notification{cb, b}:
	default:
		log.Printf("callback queue full, dropping %s for job %s", b.EventType, b.JobID)
	}
}

func (n *notifier) run() {
	for x := range n.queue {
		for attempt := 0; attempt < 2; attempt++ {
			if err := n.post(x); err == nil {
				break
			} else if attempt == 1 {
				log.Printf("callback %s: %v", x.cb.URL, err)
			}
		}
	}
}

func (n *notifier) post(x notification) error {
	b, err := json.Marshal(x.body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, x.cb.URL, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if x.cb.AuthKey != "" {
		ts := time.Now().UTC().Format(time.RFC3339)
		mac := hmac.New(sha256.New, []byte(x.cb.AuthKey))
		mac.Write([]byte(ts))
		mac.Write(b)
		req.Header.Set("X-Rtc-Timestamp", ts)
		req.Header.Set("X-Rtc-Signature", hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := n.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return nil
}
