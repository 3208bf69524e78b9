package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxBody     = 32 << 20
	maxAKSKBody = 12 << 20
)

type reqCtx struct {
	r      *http.Request
	w      http.ResponseWriter
	params map[string]string
	query  url.Values
	id     *identity
	body   []byte
	now    time.Time
}

type handlerFunc func(c *reqCtx) (status int, body interface{}, err *apiError)

type route struct {
	method    string
	segs      []string
	h         handlerFunc
	public    bool // no authentication
	anyScope  bool // token need not be project scoped
	tokenOnly bool // AK/SK not offered
	data      bool // chapter 13
}

type server struct {
	store    *store
	iam      *iam
	notifier *notifier
	door     *seeder
	table    []*route
}

func (s *server) handle(method, pattern string, h handlerFunc) *route {
	rt := &route{method: method, segs: splitPath(pattern), h: h}
	s.table = append(s.table, rt)
	return rt
}

func splitPath(p string) []string { return strings.Split(strings.Trim(p, "/"), "/") }

func (s *server) routes() {
	s.handle("POST", "/v3/auth/tokens", s.createToken).public = true
	for _, p := range []string{"/v3/projects", "/v3/auth/projects"} {
		s.handle("GET", p, s.listProjects).anyScope = true
	}
	s.handle("POST", "/v3/auth/projects", s.listProjects).anyScope = true

	s.handle("POST", "/v2/apps", s.createApp)
	s.handle("GET", "/v2/apps", s.listApps)
	s.handle("GET", "/v2/apps/{app_id}", s.getApp)
	s.handle("DELETE", "/v2/apps/{app_id}", s.deleteApp)
	s.handle("POST", "/v2/apps/{app_id}/enable", s.enableApp)
	s.handle("POST", "/v2/apps/{app_id}/disable", s.disableApp)

	s.handle("POST", "/v2/apps/{app_id}/record-rules", s.upsertRule)
	s.handle("GET", "/v2/apps/{app_id}/record-rules", s.listRules)
	s.handle("GET", "/v2/apps/{app_id}/record-rules/{rule_id}", s.getRule)
	s.handle("PUT", "/v2/apps/{app_id}/record-rules/{rule_id}", s.updateRule)
	s.handle("DELETE", "/v2/apps/{app_id}/record-rules/{rule_id}", s.deleteRule)

	s.handle("PUT", "/v2/apps/{app_id}/auto-record-mode", s.putAutoRecord)
	s.handle("GET", "/v2/apps/{app_id}/auto-record-mode", s.getAutoRecord)
	s.handle("PUT", "/v2/apps/{app_id}/record-callback", s.putCallback)
	s.handle("GET", "/v2/apps/{app_id}/record-callback", s.getCallback)

	s.handle("POST", "/v2/apps/{app_id}/mix-stream-jobs", s.startMix)
	s.handle("GET", "/v2/apps/{app_id}/mix-stream-jobs/{job_id}", s.getMix)
	s.handle("PUT", "/v2/apps/{app_id}/mix-stream-jobs/{job_id}", s.updateMix)
	s.handle("DELETE", "/v2/apps/{app_id}/mix-stream-jobs/{job_id}", s.stopMix)

	s.handle("POST", "/v2/apps/{app_id}/individual-stream-jobs", s.startIndividual)
	s.handle("GET", "/v2/apps/{app_id}/individual-stream-jobs/{job_id}", s.getIndividual)
	s.handle("PUT", "/v2/apps/{app_id}/individual-stream-jobs/{job_id}", s.updateIndividual)
	s.handle("DELETE", "/v2/apps/{app_id}/individual-stream-jobs/{job_id}", s.stopIndividual)

	s.handle("POST", "/v2/apps/{app_id}/rooms/{room_id}/batch-remove-users", s.removeUsers)
	s.handle("POST", "/v2/apps/{app_id}/rooms/{room_id}/dismiss", s.dismissRoom)

	s.handle("GET", "/v2/rtc-ops/buckets", s.listBuckets).tokenOnly = true
	s.handle("GET", "/v2/rtc-ops/buckets/objects", s.listObjects).tokenOnly = true
	s.handle("PUT", "/v2/rtc-ops/buckets/authentication", s.authBucket).tokenOnly = true

	for _, e := range []struct {
		p string
		h handlerFunc
	}{
		{"/v1/{project_id}/rtc/rooms", s.statRooms},
		{"/v1/{project_id}/rtc/users", s.statUsers},
		{"/v1/{project_id}/rtc/realtime/scale", s.statRealtimeScale},
		{"/v1/{project_id}/rtc/realtime/scale/dimension", s.statScaleDimension},
		{"/v1/{project_id}/rtc/realtime/quality", s.statRealtimeQuality},
		{"/v1/{project_id}/rtc/realtime/network", s.statRealtimeNetwork},
		{"/v1/{project_id}/rtc/history/usage", s.statUsage},
		{"/v1/{project_id}/rtc/history/scale", s.statHistoryScale},
		{"/v1/{project_id}/rtc/history/quality", s.statHistoryQuality},
		{"/v1/{project_id}/rtc/client/qos/details", s.statQos},
		{"/v1/{project_id}/rtc/client/event", s.statClientEvent},
		{"/v1/{project_id}/rtc/client/abnormalevent", s.statClientAbnormal},
		{"/v1/rtc/data/abnormal-events", s.statAbnormalEvents},
		{"/v1/rtc/data/abnormal-event/dimension", s.statAbnormalDimension},
	} {
		s.handle("GET", e.p, e.h).data = true
	}
}

func (rt *route) match(segs []string) (map[string]string, bool) {
	if len(segs) != len(rt.segs) {
		return nil, false
	}
	params := map[string]string{}
	for i, p := range rt.segs {
		if strings.HasPrefix(p, "{") {
			v, err := url.PathUnescape(segs[i])
			if err != nil || v == "" {
				return nil, false
			}
			params[strings.Trim(p, "{}")] = v
			continue
		}
		if p != segs[i] {
			return nil, false
		}
	}
	return params, true
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	rid := newRequestID()
	h := w.Header()
	h.Set("X-Request-Id", rid)
	h.Set("Server", "onprem-rtc")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	status := 0
	defer func() {
		if p := recover(); p != nil {
			log.Printf("panic rid=%s %s %s: %v\n%s", rid, r.Method, r.URL.Path, p, debug.Stack())
			status = s.writeErr(w, newErr(500, "RTC.00002002", "InternalServerError.DbErr"))
		}
		if d := time.Since(started); d > time.Second || status >= 500 {
			log.Printf("rid=%s %s %s -> %d in %s", rid, r.Method, r.URL.Path, status, d)
		}
	}()
	status = s.serve(w, r)
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) int {
	segs := splitPath(r.URL.EscapedPath())
	var rt *route
	var params map[string]string
	var allowed []string
	for _, cand := range s.table {
		p, ok := cand.match(segs)
		if !ok {
			continue
		}
		allowed = append(allowed, cand.method)
		if cand.method == r.Method && rt == nil {
			rt, params = cand, p
		}
	}
	if rt == nil {
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			return s.writeErr(w, newErr(405, "APIGW.0103", "The request method is not supported by this API"))
		}
		return s.writeErr(w, newErr(404, "APIGW.0101", "The API does not exist or has not been published in the environment"))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return s.writeErr(w, newErr(408, "APIGW.0308", "The request body could not be read"))
	}
	if len(body) > maxBody {
		return s.writeErr(w, errInvalid("the request body is too large"))
	}
	q, qerr := url.ParseQuery(r.URL.RawQuery)
	c := &reqCtx{r: r, w: w, params: params, query: q, body: body, now: time.Now().UTC()}
	if !rt.public {
		id, aerr := s.authenticate(c, rt)
		if aerr != nil {
			return s.writeErr(w, aerr)
		}
		c.id = id
		if pid, ok := params["project_id"]; ok && pid != id.projectID && !slip("stat-path-project") {
			return s.writeErr(w, errForbidden("the project in the path is not the project of the caller"))
		}
	}
	if qerr != nil {
		return s.writeErr(w, errInvalid("malformed query string"))
	}
	status, resp, aerr := rt.h(c)
	if aerr != nil {
		return s.writeErr(w, aerr)
	}
	return s.writeJSON(w, status, resp)
}

func (s *server) writeErr(w http.ResponseWriter, e *apiError) int {
	return s.writeJSON(w, e.Status, e)
}

func (s *server) writeJSON(w http.ResponseWriter, status int, v interface{}) int {
	if v == nil {
		w.Header().Set("Content-Length", "0")
		if status == http.StatusNoContent {
			w.Header().Del("Content-Length")
		}
		w.WriteHeader(status)
		return status
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		log.Printf("encode: %v", err)
		status = 500
		buf.Reset()
		buf.WriteString(`{"error_code":"RTC.00002002","error_msg":"InternalServerError.DbErr"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
	return status
}

// decode parses the JSON request body into v.
func (c *reqCtx) decode(v interface{}) *apiError {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return errMalformed("the request body is empty")
	}
	ct, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || ct != "application/json" {
		return errMalformed("Content-Type must be application/json")
	}
	if !utf8.Valid(c.body) && !slip("app-name-utf8") {
		return errInvalid("the request body is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(c.body))
	if err := dec.Decode(v); err != nil {
		var te *json.UnmarshalTypeError
		if errors.As(err, &te) {
			return errInvalid(fmt.Sprintf("%s must be of type %s", te.Field, te.Type))
		}
		var fe *fieldError
		if errors.As(err, &fe) {
			return errInvalid(fe.msg)
		}
		return errMalformed("")
	}
	if _, err := dec.Token(); err != io.EOF {
		return errMalformed("trailing data")
	}
	return nil
}

type fieldError struct{ msg string }

func (e *fieldError) Error() string { return e.msg }

// intParam reads an integer query parameter within [min,max]; max<0 means no upper end.
func (c *reqCtx) intParam(name string, def, min, max int) (int, bool) {
	vs, ok := c.query[name]
	if !ok {
		return def, true
	}
	n, err := strconv.Atoi(vs[0])
	if err != nil || n < min || (max >= 0 && n > max) {
		return 0, false
	}
	return n, true
}

// listParam reads an Array query parameter: repeated, comma separated, or both.
func (c *reqCtx) listParam(name string) []string {
	var out []string
	for _, v := range c.query[name] {
		for _, p := range strings.Split(v, ",") {
			if p = strings.TrimSpace(p); p != "" {
				out = append(out, p)
			}
		}
	}
	return out
}

func newRequestID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// newID returns a prefixed, time-ordered identifier.
func newID(prefix string) string {
	var out [10]byte
	ms := uint64(time.Now().UnixMilli())
	for i := 9; i >= 0; i-- {
		out[i] = idAlphabet[ms&31]
		ms >>= 5
	}
	rb := make([]byte, 14)
	_, _ = rand.Read(rb)
	for i := range rb {
		rb[i] = idAlphabet[rb[i]&31]
	}
	return prefix + string(out[:]) + string(rb)
}

func contains(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
