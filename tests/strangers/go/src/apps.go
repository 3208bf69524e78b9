package main

import (
	"crypto/rand"
	"encoding/hex"
	"sort"
	"strings"
	"time"
)

type appState struct {
	State      string    `json:"state"`
	UpdateTime time.Time `json:"update_time"`
}

type appAuth struct {
	Enable     bool      `json:"enable"`
	Expire     int       `json:"expire"`
	AppKey     string    `json:"app_key"`
	UpdateTime time.Time `json:"update_time"`
}

type appCallbackURL struct {
	URL        string    `json:"url"`
	AuthKey    string    `json:"auth_key"`
	Events     []string  `json:"notify_event_subscription"`
	UpdateTime time.Time `json:"update_time"`
}

type appCallbacks struct {
	Push   *appCallbackURL `json:"push_callback,omitempty"`
	Record *appCallbackURL `json:"record_callback,omitempty"`
}

type autoRecordMode struct {
	Mode       string    `json:"mode"`
	RuleID     string    `json:"record_rule_id"`
	UpdateTime time.Time `json:"update_time"`
}

type appView struct {
	AppName        string         `json:"app_name"`
	AppID          string         `json:"app_id"`
	State          appState       `json:"state"`
	Scope          string         `json:"scope"`
	TenantName     string         `json:"tenant_name"`
	Domain         string         `json:"domain"`
	CreateTime     time.Time      `json:"create_time"`
	Authentication appAuth        `json:"authentication"`
	Callbacks      appCallbacks   `json:"callbacks"`
	AutoRecordMode autoRecordMode `json:"auto_record_mode"`
}

type app struct {
	appView
	domainID, projectID string
	seq                 int
}

var appSeq int

// newApp must be called with the store locked.
func (st *store) newApp(name, domainID, domainName, projectID string, now time.Time) *app {
	now = ms(now)
	id := newID("app")
	key := make([]byte, 16)
	_, _ = rand.Read(key)
	appSeq++
	expire := 300
	if slip("app-expire-default") {
		expire = 3600
	}
	created := now
	if slip("app-create-time-local") {
		created = created.Add(8 * time.Hour)
	}
	a := &app{
		appView: appView{
			AppName: name, AppID: id, State: appState{stActive, now}, Scope: "DOMESTIC", TenantName: domainName,
			Domain: id + ".rtc.onprem.example.com", CreateTime: created,
			Authentication: appAuth{Enable: true, Expire: expire, AppKey: hex.EncodeToString(key), UpdateTime: now},
			AutoRecordMode: autoRecordMode{Mode: autoOff, UpdateTime: now},
		},
		domainID: domainID, projectID: projectID, seq: appSeq,
	}
	st.apps[id] = a
	return a
}

func (s *server) createApp(c *reqCtx) (int, interface{}, *apiError) {
	var req struct {
		AppName *string `json:"app_name"`
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	if req.AppName == nil {
		return 0, nil, errMissing("app_name")
	}
	if strings.TrimSpace(*req.AppName) == "" {
		return 0, nil, errInvalid("app_name must not be empty")
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	exists := func() (dup bool, n int) {
		for _, a := range st.apps {
			if a.domainID != c.id.domainID {
				continue
			}
			n++
			same := a.AppName == *req.AppName
			if slip("app-name-per-project") {
				same = same && a.projectID == c.id.projectID
			}
			if slip("app-name-casefold") {
				same = strings.EqualFold(a.AppName, *req.AppName)
			}
			dup = dup || same
		}
		return
	}
	dup, n := exists()
	if dup {
		return 0, nil, errAppExist()
	}
	max := maxAppsPerAccount
	if slip("app-limit-off-by-one") {
		max++
	}
	if n >= max {
		return 0, nil, errAppsExceed()
	}
	if slip("app-create-race") { // check-then-act outside of the lock
		st.mu.Unlock()
		time.Sleep(60 * time.Millisecond)
		st.mu.Lock()
	}
	a := st.newApp(*req.AppName, c.id.domainID, c.id.domainName, c.id.projectID, c.now)
	return 201, map[string]string{"app_id": a.AppID}, nil
}

func (s *server) listApps(c *reqCtx) (int, interface{}, *apiError) {
	state, hasState := "", false
	if vs, ok := c.query["state"]; ok {
		state, hasState = vs[0], true
		if !contains([]string{stActive, stDeactivated, stArrears}, state) {
			return 0, nil, errInvalid("state")
		}
	}
	def := 100
	if slip("apps-default-limit") {
		def = 10
	}
	offset, limit, err := pageParams(c, def)
	if err != nil {
		return 0, nil, err
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	var list []*app
	for _, a := range st.apps {
		if a.domainID != c.id.domainID {
			continue
		}
		if hasState && a.State.State != state && !slip("apps-state-ignored") {
			continue
		}
		list = append(list, a)
	}
	// newest first
	sort.Slice(list, func(i, j int) bool { return list[i].seq > list[j].seq })
	start := offset * limit
	if slip("apps-offset-items") {
		start = offset
	}
	views := []appView{}
	for i := start; i >= 0 && i < len(list) && i < start+limit; i++ {
		views = append(views, list[i].appView)
	}
	count := len(list)
	if slip("apps-count-page") {
		count = len(views)
	}
	return 200, struct {
		Count int       `json:"count"`
		Apps  []appView `json:"apps"`
	}{count, views}, nil
}

// pageParams reads the page number and the page size of chapters 5 and 6.
func pageParams(c *reqCtx, def int) (offset, limit int, err *apiError) {
	offset, ok := c.intParam("offset", 0, 0, 1<<30)
	if !ok {
		return 0, 0, errInvalid("offset")
	}
	max := 100
	if slip("apps-limit-max") {
		max = 1000
	}
	if limit, ok = c.intParam("limit", def, 1, max); !ok {
		return 0, 0, errInvalid("limit must be within [1,100]")
	}
	return offset, limit, nil
}

func (s *server) getApp(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	if slip("app-get-cached") {
		if v, ok := st.appCache[a.AppID]; ok {
			return 200, v, nil
		}
		st.appCache[a.AppID] = a.appView
	}
	return 200, a.appView, nil
}

func (s *server) deleteApp(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		if slip("app-delete-unknown-204") {
			return 204, nil, nil
		}
		return 0, nil, err
	}
	st.advance(c.now)
	for _, j := range st.mixJobs {
		if j.AppID == a.AppID && j.State != jobStopped {
			return 0, nil, errJobRunning()
		}
	}
	for _, j := range st.indJobs {
		if j.AppID == a.AppID && j.State != jobStopped {
			return 0, nil, errJobRunning()
		}
	}
	for _, r := range st.rules {
		if r.AppID == a.AppID {
			if slip("app-delete-with-rules") {
				break
			}
			return 0, nil, errRuleExist()
		}
	}
	for id, j := range st.mixJobs {
		if j.AppID == a.AppID {
			delete(st.mixJobs, id)
		}
	}
	for id, j := range st.indJobs {
		if j.AppID == a.AppID {
			delete(st.indJobs, id)
		}
	}
	if !slip("app-delete-soft") {
		delete(st.apps, a.AppID)
	} else {
		a.State = appState{"DELETED", ms(c.now)}
	}
	return 204, nil, nil
}

func (s *server) enableApp(c *reqCtx) (int, interface{}, *apiError) { return s.switchApp(c, stActive) }
func (s *server) disableApp(c *reqCtx) (int, interface{}, *apiError) {
	return s.switchApp(c, stDeactivated)
}

func (s *server) switchApp(c *reqCtx, state string) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	if a.State.State != state {
		upd := ms(c.now)
		if slip("app-state-time-stale") {
			upd = a.State.UpdateTime
		}
		a.State = appState{state, upd}
	}
	out := a.State
	if slip("app-enable-lost") && state == stActive {
		a.State.State = stDeactivated
	}
	return 200, struct {
		AppID string   `json:"app_id"`
		State appState `json:"state"`
	}{a.AppID, out}, nil
}

// ---- chapter 7 ----

const (
	autoOff        = "AUTO_RECORD_OFF"
	autoIndividual = "AUTO_INDIVIDUAL_RECORD"
)

type autoRecordView struct {
	AppID string         `json:"app_id"`
	Auto  autoRecordMode `json:"auto_record_mode"`
}

func (s *server) putAutoRecord(c *reqCtx) (int, interface{}, *apiError) {
	var req struct {
		Mode   *string `json:"mode"`
		RuleID *string `json:"record_rule_id"`
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	if req.Mode == nil {
		return 0, nil, errMissing("mode")
	}
	rule := ""
	switch *req.Mode {
	case autoOff:
	case autoIndividual:
		if req.RuleID == nil || *req.RuleID == "" {
			if !slip("auto-rule-optional") {
				return 0, nil, errCombination("record_rule_id must not be empty when mode is " + autoIndividual)
			}
		} else {
			if _, err := st.ruleOf(a.AppID, *req.RuleID); err != nil && !slip("auto-rule-unchecked") {
				return 0, nil, err
			}
			rule = *req.RuleID
		}
	default:
		return 0, nil, errInvalid("mode")
	}
	next := autoRecordMode{Mode: *req.Mode, RuleID: rule, UpdateTime: ms(c.now)}
	if !slip("auto-put-lost") {
		a.AutoRecordMode = next
	}
	return 200, autoRecordView{a.AppID, next}, nil
}

func (s *server) getAutoRecord(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	return 200, autoRecordView{a.AppID, a.AutoRecordMode}, nil
}

// ---- chapter 8 ----

const (
	evNewFile  = "RECORD_NEW_FILE_START"
	evComplete = "RECORD_FILE_COMPLETE"
)

type callbackView struct {
	AppID    string          `json:"app_id"`
	Callback *appCallbackURL `json:"record_callback"`
}

func (s *server) putCallback(c *reqCtx) (int, interface{}, *apiError) {
	var req struct {
		URL     *string `json:"url"`
		AuthKey string  `json:"auth_key"`
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	if req.URL == nil {
		return 0, nil, errMissing("url")
	}
	if !validCallbackURL(*req.URL) {
		return 0, nil, errInvalid("url must start with http:// or https://")
	}
	if slip("callback-key-kept") && req.AuthKey == "" && a.Callbacks.Record != nil {
		req.AuthKey = a.Callbacks.Record.AuthKey
	}
	a.Callbacks.Record = &appCallbackURL{URL: *req.URL, AuthKey: req.AuthKey, Events: []string{evNewFile, evComplete}, UpdateTime: ms(c.now)}
	return 200, callbackView{a.AppID, a.Callbacks.Record}, nil
}

func (s *server) getCallback(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	return 200, callbackView{a.AppID, a.Callbacks.Record}, nil
}
