package main

import (
	"regexp"
	"sort"
	"time"
)

const (
	fmtHLS = "HLS"
	fmtMP4 = "MP4"

	defaultPrefix = "{app_id}/{record_format}/{stream}_{file_start_time}/{stream}_{file_start_time}"
	ruleLocation  = "cn-north-4"
)

type obsAddr struct {
	Location  string `json:"location"`
	ProjectID string `json:"project_id"`
	Bucket    string `json:"bucket"`
	Object    string `json:"object"`
}

type hlsConfig struct {
	RecordCycle   int    `json:"record_cycle"`
	RecordPrefix  string `json:"record_prefix"`
	SliceDuration int    `json:"record_slice_duration"`
	MaxMerge      int    `json:"record_max_duration_to_merge_file"`
}

type mp4Config struct {
	RecordCycle  int    `json:"record_cycle"`
	RecordPrefix string `json:"record_prefix"`
	MaxMerge     int    `json:"record_max_duration_to_merge_file"`
}

type recordRule struct {
	RuleID        string     `json:"rule_id"`
	AppID         string     `json:"app_id"`
	ObsAddr       obsAddr    `json:"obs_addr"`
	RecordFormats []string   `json:"record_formats"`
	HLS           *hlsConfig `json:"hls_config,omitempty"`
	MP4           *mp4Config `json:"mp4_config,omitempty"`
	CreateTime    time.Time  `json:"create_time"`
	UpdateTime    time.Time  `json:"update_time"`
}

type ruleRec struct {
	recordRule
	previous *recordRule // still in force for new streams until UpdateTime + 5 min
	seq      int
}

// effective returns the version of the rule that applies to a stream starting at t.
func (r *ruleRec) effective(t time.Time) recordRule {
	if r.previous != nil && t.Before(r.UpdateTime.Add(ruleEffectDelay)) {
		return *r.previous
	}
	return r.recordRule
}

type ruleRequest struct {
	ObsAddr *struct {
		Location  *string `json:"location"`
		ProjectID *string `json:"project_id"`
		Bucket    *string `json:"bucket"`
		Object    string  `json:"object"`
	} `json:"obs_addr"`
	RecordFormats []string `json:"record_formats"`
	HLS           *struct {
		RecordCycle   *int    `json:"record_cycle"`
		RecordPrefix  *string `json:"record_prefix"`
		SliceDuration *int    `json:"record_slice_duration"`
		MaxMerge      *int    `json:"record_max_duration_to_merge_file"`
	} `json:"hls_config"`
	MP4 *struct {
		RecordCycle  *int    `json:"record_cycle"`
		RecordPrefix *string `json:"record_prefix"`
		MaxMerge     *int    `json:"record_max_duration_to_merge_file"`
	} `json:"mp4_config"`
}

var prefixVar = regexp.MustCompile(`\{[^{}]*\}`)

func checkPrefix(p *string, field string) (string, *apiError) {
	if p == nil || *p == "" {
		return defaultPrefix, nil
	}
	for _, v := range prefixVar.FindAllString(*p, -1) {
		switch v {
		case "{app_id}", "{record_format}", "{stream}", "{file_start_time}":
		default:
			return "", errInvalid(field + ": unknown variable " + v)
		}
	}
	return *p, nil
}

func intOr(p *int, def int) int {
	if p == nil {
		return def
	}
	return *p
}

func (q *ruleRequest) build() (*recordRule, *apiError) {
	o := q.ObsAddr
	switch {
	case o == nil:
		return nil, errMissing("obs_addr")
	case o.Location == nil:
		return nil, errMissing("obs_addr.location")
	case o.ProjectID == nil:
		return nil, errMissing("obs_addr.project_id")
	case o.Bucket == nil:
		return nil, errMissing("obs_addr.bucket")
	case q.RecordFormats == nil:
		return nil, errMissing("record_formats")
	case *o.Location != ruleLocation && !slip("rule-any-location"):
		return nil, errRegion()
	case *o.ProjectID == "":
		return nil, errInvalid("obs_addr.project_id")
	case *o.Bucket == "":
		return nil, errInvalid("obs_addr.bucket")
	case len(q.RecordFormats) == 0:
		return nil, errInvalid("record_formats")
	}
	r := &recordRule{ObsAddr: obsAddr{*o.Location, *o.ProjectID, *o.Bucket, o.Object}}
	for _, f := range q.RecordFormats {
		if slip("rule-format-lowercase") && f == "mp4" {
			f = fmtMP4
		}
		if (f != fmtHLS && f != fmtMP4) || contains(r.RecordFormats, f) {
			return nil, errInvalid("record_formats")
		}
		r.RecordFormats = append(r.RecordFormats, f)
	}
	var err *apiError
	if contains(r.RecordFormats, fmtHLS) {
		h := q.HLS
		if h == nil {
			if !slip("rule-hls-config-optional") {
				return nil, errMissing("hls_config")
			}
		} else {
			if h.RecordCycle == nil {
				return nil, errMissing("hls_config.record_cycle")
			}
			cfg := &hlsConfig{RecordCycle: *h.RecordCycle, SliceDuration: intOr(h.SliceDuration, 10), MaxMerge: intOr(h.MaxMerge, 0)}
			if slip("rule-slice-default") && h.SliceDuration == nil {
				cfg.SliceDuration = 2
			}
			zeroOK := cfg.RecordCycle == 0 && !slip("rule-hls-cycle-zero")
			if !zeroOK && (cfg.RecordCycle < 60 || cfg.RecordCycle > 43200) {
				return nil, errInvalid("hls_config.record_cycle must be 0 or within [60,43200]")
			}
			if cfg.SliceDuration < 2 || cfg.SliceDuration > 60 {
				return nil, errInvalid("hls_config.record_slice_duration must be within [2,60]")
			}
			low := -1
			if slip("rule-hls-merge-minus-one") {
				low = 0
			}
			if cfg.MaxMerge < low || cfg.MaxMerge > 300 {
				return nil, errInvalid("hls_config.record_max_duration_to_merge_file must be within [-1,300]")
			}
			if cfg.RecordPrefix, err = checkPrefix(h.RecordPrefix, "hls_config.record_prefix"); err != nil {
				return nil, err
			}
			r.HLS = cfg
		}
	}
	if contains(r.RecordFormats, fmtMP4) {
		m := q.MP4
		if m == nil {
			return nil, errMissing("mp4_config")
		}
		if m.RecordCycle == nil {
			return nil, errMissing("mp4_config.record_cycle")
		}
		cfg := &mp4Config{RecordCycle: *m.RecordCycle, MaxMerge: intOr(m.MaxMerge, 0)}
		max := 10800
		if slip("rule-mp4-cycle-max") {
			max = 43200
		}
		if cfg.RecordCycle < 60 || cfg.RecordCycle > max {
			return nil, errInvalid("mp4_config.record_cycle must be within [60,10800]")
		}
		if cfg.MaxMerge < 0 || cfg.MaxMerge > 300 {
			return nil, errInvalid("mp4_config.record_max_duration_to_merge_file must be within [0,300]")
		}
		if cfg.RecordPrefix, err = checkPrefix(m.RecordPrefix, "mp4_config.record_prefix"); err != nil {
			return nil, err
		}
		r.MP4 = cfg
	}
	return r, nil
}

// ruleOf returns a rule of the app.
func (st *store) ruleOf(appID, ruleID string) (*ruleRec, *apiError) {
	r, ok := st.rules[ruleID]
	if !ok || (r.AppID != appID && !slip("rule-app-leak")) {
		return nil, errRuleNotExist()
	}
	return r, nil
}

func (r *ruleRec) replace(next *recordRule, now time.Time) {
	old := r.recordRule
	r.previous = &old
	next.RuleID, next.AppID, next.CreateTime, next.UpdateTime = old.RuleID, old.AppID, old.CreateTime, ms(now)
	if slip("rule-create-time-moves") {
		next.CreateTime = next.UpdateTime
	}
	if slip("rule-put-merges") {
		if next.HLS == nil && old.HLS != nil {
			next.HLS = old.HLS
		}
		if next.MP4 == nil && old.MP4 != nil {
			next.MP4 = old.MP4
		}
	}
	r.recordRule = *next
}

var ruleSeq int

func (s *server) upsertRule(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	var req ruleRequest
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	next, err := req.build()
	if err != nil {
		return 0, nil, err
	}
	for _, r := range st.rules {
		if r.AppID == a.AppID && r.ObsAddr.Location == next.ObsAddr.Location && !slip("rule-post-always-new") {
			r.replace(next, c.now)
			return 201, r.recordRule, nil
		}
	}
	next.RuleID, next.AppID = newID("rr"), a.AppID
	next.CreateTime, next.UpdateTime = ms(c.now), ms(c.now)
	ruleSeq++
	st.rules[next.RuleID] = &ruleRec{recordRule: *next, seq: ruleSeq}
	return 201, next, nil
}

func (s *server) listRules(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	offset, limit, err := pageParams(c, 100)
	if err != nil {
		return 0, nil, err
	}
	var recs []*ruleRec
	for _, r := range st.rules {
		if r.AppID == a.AppID {
			recs = append(recs, r)
		}
	}
	sort.Slice(recs, func(i, j int) bool { return recs[i].seq < recs[j].seq })
	out := []recordRule{}
	if slip("rules-offset-ignored") {
		offset = 0
	}
	for i := offset * limit; i < len(recs) && i < (offset+1)*limit; i++ {
		out = append(out, recs[i].recordRule)
	}
	return 200, struct {
		Count int          `json:"count"`
		Rules []recordRule `json:"rules"`
	}{len(recs), out}, nil
}

func (s *server) getRule(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	r, err := st.ruleOf(a.AppID, c.params["rule_id"])
	if err != nil {
		return 0, nil, err
	}
	return 200, r.recordRule, nil
}

func (s *server) updateRule(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	r, err := st.ruleOf(a.AppID, c.params["rule_id"])
	if err != nil {
		return 0, nil, err
	}
	var req ruleRequest
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	next, err := req.build()
	if err != nil {
		return 0, nil, err
	}
	r.replace(next, c.now)
	return 200, r.recordRule, nil
}

func (s *server) deleteRule(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	r, err := st.ruleOf(a.AppID, c.params["rule_id"])
	if err != nil {
		return 0, nil, err
	}
	st.advance(c.now)
	if st.ruleInUse(a, r.RuleID) && !slip("rule-delete-in-use") {
		return 0, nil, errRuleForbiddenDelete()
	}
	delete(st.rules, r.RuleID)
	return 204, nil, nil
}

func (st *store) ruleInUse(a *app, ruleID string) bool {
	if a.AutoRecordMode.Mode == autoIndividual && a.AutoRecordMode.RuleID == ruleID {
		return true
	}
	for _, j := range st.mixJobs {
		if j.State != jobStopped && j.RecordParam != nil && j.RecordParam.RuleID == ruleID {
			return true
		}
	}
	for _, j := range st.indJobs {
		if j.State != jobStopped && j.RecordParam != nil && j.RecordParam.RuleID == ruleID {
			return true
		}
	}
	return false
}
