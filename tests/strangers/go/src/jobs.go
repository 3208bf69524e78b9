package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	jobInit    = "INIT"
	jobRunning = "RUNNING"
	jobStopped = "STOPPED"

	stopTenant = "TENANT_STOP"
	stopIdle   = "EXCEED_MAX_IDLE_TIME"

	audioOnly = "audio_only"

	tplGrid  = "nine_grids_view"
	tplLeft  = "screen_share_left"
	tplRight = "screen_share_right"
	tplCust  = "custom"

	defaultIdle = 30
)

var encodeTemplates = map[string]bool{
	"1920*1080_30_4620": true, "1920*1080_30_3150": true, "1920*1080_15_3460": true, "1920*1080_15_2080": true,
	"1280*720_30_3420": true, "1280*720_30_1710": true, "1280*720_15_2260": true, "1280*720_15_1130": true,
	"640*480_30_1500": true, "640*480_15_500": true, "640*480_30_1000": true,
	"480*360_30_490": true, "480*360_15_320": true,
}

type recordParam struct {
	RuleID string `json:"record_rule_id"`
}

// jobBase holds what the two kinds of jobs have in common.
type jobBase struct {
	JobID       string       `json:"job_id"`
	StreamName  string       `json:"stream_name"`
	AppID       string       `json:"app_id"`
	RoomID      string       `json:"room_id"`
	RecordParam *recordParam `json:"record_param,omitempty"`
	CreateTime  time.Time    `json:"create_time"`
	UpdateTime  time.Time    `json:"update_time"`
	State       string       `json:"state"`
	StopReason  string       `json:"stop_reason,omitempty"`
	Description string       `json:"description"`
	StartTime   time.Time    `json:"start_time"`
	StopTime    *time.Time   `json:"stop_time,omitempty"`

	runningAt   time.Time
	rule        *recordRule // snapshot used for recording
	recordingAt time.Time   // begin of the first file; zero when there was nothing to record
	files       []*recFile  // being recorded
	width       int
	height      int
	tier        string
}

type layoutPane struct {
	ID            *int     `json:"id,omitempty"`
	UserID        string   `json:"user_id,omitempty"`
	VideoType     string   `json:"video_type,omitempty"`
	X             *float64 `json:"x,omitempty"`
	Y             *float64 `json:"y,omitempty"`
	Width         *float64 `json:"width,omitempty"`
	Height        *float64 `json:"height,omitempty"`
	Zorder        *int     `json:"zorder,omitempty"`
	CropMode      string   `json:"crop_mode,omitempty"`
	FillingPolicy string   `json:"filling_policy,omitempty"`
}

type userImage struct {
	UserID   string `json:"user_id"`
	ImageURI string `json:"image_uri"`
}

type mixParam struct {
	RoomID             string       `json:"room_id"`
	EncodeTemplate     string       `json:"encode_template"`
	MaxIdleTime        int          `json:"max_idle_time"`
	LayoutTemplate     string       `json:"layout_template,omitempty"`
	DefaultUserBgImage string       `json:"default_user_background_image,omitempty"`
	ScreenBgImage      string       `json:"screen_background_image,omitempty"`
	BgImage            string       `json:"background_image,omitempty"`
	LayoutPanes        []layoutPane `json:"layout_panes,omitempty"`
	UserBgImages       []userImage  `json:"user_background_images,omitempty"`
}

type mixJob struct {
	jobBase
	MixParam mixParam `json:"mix_param"`
}

type indJob struct {
	jobBase
	UserID           string `json:"user_id"`
	IsRecordAudio    bool   `json:"is_record_audio"`
	VideoType        string `json:"video_type"`
	SelectStreamType string `json:"select_stream_type"`
	MaxIdleTime      int    `json:"max_idle_time"`
}

// ---- life cycle ----

func (st *store) advance(now time.Time) {
	for _, j := range st.mixJobs {
		st.step(&j.jobBase, j.MixParam.MaxIdleTime, j.flows, now)
	}
	for _, j := range st.indJobs {
		st.step(&j.jobBase, j.MaxIdleTime, j.flows, now)
	}
}

func (st *store) step(j *jobBase, maxIdle int, flows func(*store) bool, now time.Time) {
	if j.State == jobStopped {
		return
	}
	at := now
	if j.State == jobInit && now.Sub(j.StartTime) >= jobInitTime && !slip("job-never-runs") {
		j.State, j.Description = jobRunning, "the job is running"
		j.runningAt = ms(j.StartTime.Add(jobInitTime))
		at = j.runningAt
	}
	if j.State == jobRunning && j.rule != nil {
		st.record(j, flows(st), at)
	}
	since, idle := st.idleSince(j.AppID, j.RoomID, j.StartTime)
	if idle && !slip("job-idle-never") {
		if end := since.Add(time.Duration(maxIdle) * time.Second); now.After(end) {
			st.finish(j, stopIdle, end)
		}
	}
}

func (st *store) finish(j *jobBase, reason string, at time.Time) {
	if j.State == jobStopped {
		return
	}
	at = ms(at)
	j.State, j.StopReason, j.StopTime = jobStopped, reason, &at
	switch reason {
	case stopTenant:
		j.Description = "stopped by the tenant"
	case stopIdle:
		j.Description = "no publisher in the room for longer than max_idle_time"
	}
	if slip("job-stop-reason-empty") && reason == stopTenant {
		j.StopReason = ""
	}
	for _, f := range j.files {
		st.endFile(j, f, at)
	}
	j.files = nil
}

// checkStart verifies the app state, the job quota and the record rule.
func (st *store) checkStart(a *app) *apiError {
	if a.State.State != stActive && !slip("disabled-app-starts-jobs") {
		return errAppDeactivated()
	}
	n := 0
	for _, j := range st.mixJobs {
		if j.AppID == a.AppID && j.State != jobStopped {
			n++
		}
	}
	for _, j := range st.indJobs {
		if j.AppID == a.AppID && j.State != jobStopped {
			n++
		}
	}
	if n >= maxActiveJobs {
		return errJobExceed()
	}
	return nil
}

type recordParamReq struct {
	RuleID *string `json:"record_rule_id"`
}

func (st *store) bindRule(a *app, j *jobBase, p *recordParamReq, now time.Time) *apiError {
	if p == nil {
		return nil
	}
	if p.RuleID == nil {
		return errMissing("record_param.record_rule_id")
	}
	if *p.RuleID == "" {
		return errInvalid("record_param.record_rule_id")
	}
	if slip("job-rule-unchecked") {
		j.RecordParam = &recordParam{*p.RuleID}
		return nil
	}
	r, err := st.ruleOf(a.AppID, *p.RuleID)
	if err != nil {
		return err
	}
	eff := r.effective(now)
	j.RecordParam, j.rule = &recordParam{*p.RuleID}, &eff
	return nil
}

// editable tells whether a job may be modified in its present state.
func (j *jobBase) editable() *apiError {
	switch j.State {
	case jobInit:
		return errJobInit()
	case jobStopped:
		return errJobDone()
	}
	return nil
}

// ---- mixed stream jobs ----

type paneReq struct {
	ID            *int     `json:"id"`
	UserID        string   `json:"user_id"`
	VideoType     *string  `json:"video_type"`
	X             *float64 `json:"x"`
	Y             *float64 `json:"y"`
	Width         *float64 `json:"width"`
	Height        *float64 `json:"height"`
	Zorder        *int     `json:"zorder"`
	CropMode      *string  `json:"crop_mode"`
	FillingPolicy *string  `json:"filling_policy"`
}

type imageReq struct {
	UserID   *string `json:"user_id"`
	ImageURI *string `json:"image_uri"`
}

type mixParamReq struct {
	RoomID             *string    `json:"room_id"`
	EncodeTemplate     *string    `json:"encode_template"`
	MaxIdleTime        *int       `json:"max_idle_time"`
	LayoutTemplate     *string    `json:"layout_template"`
	DefaultUserBgImage *string    `json:"default_user_background_image"`
	ScreenBgImage      *string    `json:"screen_background_image"`
	BgImage            *string    `json:"background_image"`
	LayoutPanes        []paneReq  `json:"layout_panes"`
	UserBgImages       []imageReq `json:"user_background_images"`
}

func checkIdle(p *int, def int) (int, *apiError) {
	if p == nil {
		return def, nil
	}
	low := 5
	if slip("job-idle-min") {
		low = 1
	}
	if *p < low || *p > 43200 {
		return 0, errInvalid("max_idle_time must be within [5,43200]")
	}
	return *p, nil
}

var s3URI = regexp.MustCompile(`^s3://([^/]+)/(.+)$`)

func (st *store) checkImage(c *reqCtx, uri, field string) *apiError {
	m := s3URI.FindStringSubmatch(uri)
	if m == nil {
		if slip("mix-image-any-uri") {
			return nil
		}
		return errInvalid(field + " must have the form s3://bucket/object")
	}
	b := st.bucketOf(c.id.domainID, m[1])
	if b == nil {
		return errBucketNotExist()
	}
	for _, o := range b.objects {
		if o.key == m[2] {
			return nil
		}
	}
	return errInvalid(field + ": the picture has not been uploaded")
}

func checkPanes(in []paneReq, tpl string) ([]layoutPane, *apiError) {
	max := 25
	if tpl == tplLeft || tpl == tplRight {
		max = 17
	}
	if len(in) > max {
		return nil, errInvalid(fmt.Sprintf("layout_panes: at most %d panes", max))
	}
	seen := map[int]bool{}
	out := make([]layoutPane, 0, len(in))
	for i, p := range in {
		f := func(n string) string { return fmt.Sprintf("layout_panes[%d].%s", i, n) }
		lp := layoutPane{ID: p.ID, UserID: p.UserID, VideoType: "CAMERASTREAM"}
		if p.ID != nil {
			if *p.ID < 1 || seen[*p.ID] {
				return nil, errInvalid(f("id") + " is numbered from 1 and unique")
			}
			seen[*p.ID] = true
		}
		if p.VideoType != nil {
			if *p.VideoType != "CAMERASTREAM" && *p.VideoType != "SCREENSTREAM" {
				return nil, errInvalid(f("video_type"))
			}
			lp.VideoType = *p.VideoType
		}
		if slip("mix-pane-video-type-default") && p.VideoType == nil {
			lp.VideoType = ""
		}
		for _, v := range []struct {
			n string
			p *float64
		}{{"x", p.X}, {"y", p.Y}, {"width", p.Width}, {"height", p.Height}} {
			if v.p == nil {
				continue
			}
			out := *v.p < 0 || *v.p > 1
			if slip("mix-pane-x-one") && (v.n == "x" || v.n == "y") {
				out = *v.p < 0 || *v.p >= 1
			}
			if slip("mix-pane-x-unbounded") {
				out = *v.p < 0
			}
			if out {
				return nil, errInvalid(f(v.n) + " must be within [0.0,1.0]")
			}
		}
		if p.Zorder != nil && (*p.Zorder < 0 || *p.Zorder > 24) {
			return nil, errInvalid(f("zorder") + " must be within [0,24]")
		}
		if p.CropMode != nil && *p.CropMode != "KEEP_RATIO_PADDING" && *p.CropMode != "KEEP_RATIO_CROP" {
			return nil, errInvalid(f("crop_mode"))
		}
		if p.FillingPolicy != nil {
			if *p.FillingPolicy != "FIXED_USER" && *p.FillingPolicy != "SHARED_SCREEN" {
				return nil, errInvalid(f("filling_policy"))
			}
			if tpl == tplCust {
				return nil, errCombination(f("filling_policy") + " is for the screen share templates only")
			}
			lp.FillingPolicy = *p.FillingPolicy
		}
		if tpl == tplCust {
			lp.X, lp.Y, lp.Width, lp.Height, lp.Zorder = p.X, p.Y, p.Width, p.Height, p.Zorder
			if p.CropMode != nil {
				lp.CropMode = *p.CropMode
			}
		}
		out = append(out, lp)
	}
	return out, nil
}

// applyVisual validates and copies the optional, visual part of the parameters onto mp.
func (st *store) applyVisual(c *reqCtx, in *mixParamReq, mp *mixParam) *apiError {
	for _, im := range []struct {
		n   string
		src *string
		dst *string
	}{
		{"default_user_background_image", in.DefaultUserBgImage, &mp.DefaultUserBgImage},
		{"screen_background_image", in.ScreenBgImage, &mp.ScreenBgImage},
		{"background_image", in.BgImage, &mp.BgImage},
	} {
		if im.src == nil {
			continue
		}
		if *im.src != "" {
			if err := st.checkImage(c, *im.src, im.n); err != nil {
				return err
			}
		}
		*im.dst = *im.src
	}
	if in.UserBgImages != nil {
		imgs := make([]userImage, 0, len(in.UserBgImages))
		for i, u := range in.UserBgImages {
			f := fmt.Sprintf("user_background_images[%d].", i)
			if u.UserID == nil {
				return errMissing(f + "user_id")
			}
			if u.ImageURI == nil {
				return errMissing(f + "image_uri")
			}
			if *u.UserID == "" {
				return errInvalid(f + "user_id")
			}
			if err := st.checkImage(c, *u.ImageURI, f+"image_uri"); err != nil {
				return err
			}
			imgs = append(imgs, userImage{*u.UserID, *u.ImageURI})
		}
		mp.UserBgImages = imgs
	}
	if in.LayoutPanes != nil && mp.LayoutTemplate != tplGrid {
		panes, err := checkPanes(in.LayoutPanes, mp.LayoutTemplate)
		if err != nil {
			return err
		}
		mp.LayoutPanes = panes
	}
	return nil
}

func knownTemplate(t string) bool {
	return t == tplGrid || t == tplLeft || t == tplRight || t == tplCust
}

// templateSize splits e.g. 1280*720_15_2260.
func templateSize(t string) (w, h int, tier string) {
	if t == audioOnly {
		return 0, 0, "audio"
	}
	p := strings.FieldsFunc(t, func(r rune) bool { return r == '*' || r == 'x' || r == '_' })
	w, _ = strconv.Atoi(p[0])
	h, _ = strconv.Atoi(p[1])
	switch {
	case h >= 1080:
		tier = "hdp"
	case h >= 720:
		tier = "hd"
	default:
		tier = "sd"
	}
	return
}

func (s *server) startMix(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	var req struct {
		MixParam    *mixParamReq    `json:"mix_param"`
		RecordParam *recordParamReq `json:"record_param"`
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	in := req.MixParam
	switch {
	case in == nil:
		return 0, nil, errMissing("mix_param")
	case in.RoomID == nil:
		return 0, nil, errMissing("mix_param.room_id")
	case in.EncodeTemplate == nil:
		return 0, nil, errMissing("mix_param.encode_template")
	case *in.RoomID == "":
		return 0, nil, errInvalid("mix_param.room_id")
	case *in.EncodeTemplate != audioOnly && !encodeTemplates[strings.Replace(*in.EncodeTemplate, "x", "*", 1)]:
		if !slip("mix-template-unchecked") {
			return 0, nil, errInvalid("mix_param.encode_template")
		}
	}
	mp := mixParam{RoomID: *in.RoomID, EncodeTemplate: *in.EncodeTemplate}
	idleDef := defaultIdle
	if slip("mix-idle-default") {
		idleDef = 300
	}
	if mp.MaxIdleTime, err = checkIdle(in.MaxIdleTime, idleDef); err != nil {
		return 0, nil, err
	}
	if mp.EncodeTemplate != audioOnly || slip("mix-audio-keeps-layout") {
		if in.LayoutTemplate == nil || *in.LayoutTemplate == "" {
			return 0, nil, errMissing("mix_param.layout_template")
		}
		if !knownTemplate(*in.LayoutTemplate) {
			return 0, nil, errLayoutTemplate()
		}
		mp.LayoutTemplate = *in.LayoutTemplate
		if mp.LayoutTemplate != tplGrid && len(in.LayoutPanes) == 0 && !slip("mix-panes-optional") {
			return 0, nil, errMissing("mix_param.layout_panes")
		}
		if err := st.applyVisual(c, in, &mp); err != nil {
			return 0, nil, err
		}
	}
	st.advance(c.now)
	if err := st.checkStart(a); err != nil {
		return 0, nil, err
	}
	j := &mixJob{MixParam: mp}
	if err := st.bindRule(a, &j.jobBase, req.RecordParam, c.now); err != nil {
		return 0, nil, err
	}
	if slip("mix-template-unchecked") && !strings.ContainsAny(mp.EncodeTemplate, "*x") {
		j.tier = "sd"
	} else {
		j.width, j.height, j.tier = templateSize(mp.EncodeTemplate)
	}
	j.init(newID("mx"), a.AppID, mp.RoomID, c.now)
	j.StreamName = "m_" + j.JobID + "_" + mp.RoomID
	if slip("mix-stream-name") {
		j.StreamName = "m_" + mp.RoomID + "_" + j.JobID
	}
	st.mixJobs[j.JobID] = j
	return 201, *j, nil
}

func (j *jobBase) init(id, appID, roomID string, now time.Time) {
	now = ms(now)
	j.JobID, j.AppID, j.RoomID = id, appID, roomID
	j.CreateTime, j.UpdateTime, j.StartTime = now, now, now
	j.State, j.Description = jobInit, "the job is being initialised"
}

func (st *store) mixOf(c *reqCtx) (*app, *mixJob, *apiError) {
	a, err := st.appOf(c)
	if err != nil {
		return nil, nil, err
	}
	j, ok := st.mixJobs[c.params["job_id"]]
	if !ok || (j.AppID != a.AppID && !slip("mix-job-app-leak")) {
		return nil, nil, errJobNotExist()
	}
	st.advance(c.now)
	return a, j, nil
}

func (s *server) getMix(c *reqCtx) (int, interface{}, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	_, j, err := s.store.mixOf(c)
	if err != nil {
		return 0, nil, err
	}
	return 200, *j, nil
}

func (s *server) updateMix(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, j, err := st.mixOf(c)
	if err != nil {
		return 0, nil, err
	}
	var req struct {
		MixParam *mixParamReq `json:"mix_param"`
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	in := req.MixParam
	if in == nil {
		return 0, nil, errMissing("mix_param")
	}
	if a.State.State != stActive {
		return 0, nil, errAppDeactivated()
	}
	if err := j.editable(); err != nil && !slip("mix-put-any-state") {
		return 0, nil, err
	}
	mp := j.MixParam
	if slip("mix-put-replaces") {
		mp = mixParam{RoomID: mp.RoomID, EncodeTemplate: mp.EncodeTemplate, MaxIdleTime: defaultIdle, LayoutTemplate: mp.LayoutTemplate}
	}
	if mp.MaxIdleTime, err = checkIdle(in.MaxIdleTime, mp.MaxIdleTime); err != nil {
		return 0, nil, err
	}
	if mp.EncodeTemplate != audioOnly {
		if in.LayoutTemplate != nil && *in.LayoutTemplate != "" {
			if !knownTemplate(*in.LayoutTemplate) {
				return 0, nil, errLayoutTemplate()
			}
			if *in.LayoutTemplate != mp.LayoutTemplate {
				if !slip("mix-put-switches-template") {
					return 0, nil, errInvalid("layout_template can be updated within the custom template only")
				}
				mp.LayoutTemplate = *in.LayoutTemplate
			}
		}
		if in.LayoutPanes != nil && len(in.LayoutPanes) == 0 && mp.LayoutTemplate != tplGrid {
			return 0, nil, errInvalid("mix_param.layout_panes must not be empty")
		}
		if err := st.applyVisual(c, in, &mp); err != nil {
			return 0, nil, err
		}
	}
	if !slip("mix-put-lost") {
		j.MixParam = mp
	}
	if !slip("mix-update-time-stale") {
		j.UpdateTime = ms(c.now)
	}
	out := *j
	out.MixParam = mp
	return 200, out, nil
}

func (s *server) stopMix(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	_, j, err := st.mixOf(c)
	if err != nil {
		return 0, nil, err
	}
	st.finish(&j.jobBase, stopTenant, c.now)
	if slip("mix-stop-forgets") {
		delete(st.mixJobs, j.JobID)
	}
	return 204, nil, nil
}

// ---- individual stream jobs ----

// looseID accepts a JSON string or an integer (the examples of chapter 10 use both).
type looseID string

func (l *looseID) UnmarshalJSON(b []byte) error {
	var str string
	if err := json.Unmarshal(b, &str); err == nil {
		*l = looseID(str)
		return nil
	}
	var n int64
	if err := json.Unmarshal(b, &n); err == nil {
		*l = looseID(strconv.FormatInt(n, 10))
		return nil
	}
	return &fieldError{"room_id must be a string"}
}

func (s *server) startIndividual(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	var req struct {
		RoomID           *looseID        `json:"room_id"`
		UserID           *string         `json:"user_id"`
		IsRecordAudio    *bool           `json:"is_record_audio"`
		VideoType        *string         `json:"video_type"`
		SelectStreamType *string         `json:"select_stream_type"`
		MaxIdleTime      *int            `json:"max_idle_time"`
		RecordParam      *recordParamReq `json:"record_param"`
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	switch {
	case req.RoomID == nil:
		return 0, nil, errMissing("room_id")
	case req.UserID == nil:
		return 0, nil, errMissing("user_id")
	case *req.RoomID == "":
		return 0, nil, errInvalid("room_id")
	case *req.UserID == "":
		return 0, nil, errInvalid("user_id")
	}
	j := &indJob{UserID: *req.UserID, IsRecordAudio: true, VideoType: "CAMERASTREAM", SelectStreamType: "FHD"}
	if slip("ind-audio-default") {
		j.IsRecordAudio = false
	}
	if slip("ind-stream-type-default") {
		j.SelectStreamType = "HD"
	}
	if req.IsRecordAudio != nil {
		j.IsRecordAudio = *req.IsRecordAudio
	}
	if req.VideoType != nil {
		if !contains([]string{"", "CAMERASTREAM", "SCREENSTREAM"}, *req.VideoType) && !slip("ind-video-type-unchecked") {
			return 0, nil, errInvalid("video_type")
		}
		j.VideoType = *req.VideoType
	}
	if req.SelectStreamType != nil {
		if !contains([]string{"LD", "SD", "HD", "FHD"}, *req.SelectStreamType) {
			return 0, nil, errInvalid("select_stream_type")
		}
		j.SelectStreamType = *req.SelectStreamType
	}
	if !j.IsRecordAudio && j.VideoType == "" {
		return 0, nil, errCombination("neither audio nor video would be recorded")
	}
	if j.MaxIdleTime, err = checkIdle(req.MaxIdleTime, defaultIdle); err != nil {
		return 0, nil, err
	}
	st.advance(c.now)
	if err := st.checkStart(a); err != nil {
		return 0, nil, err
	}
	if err := st.bindRule(a, &j.jobBase, req.RecordParam, c.now); err != nil {
		return 0, nil, err
	}
	switch {
	case j.VideoType == "":
		j.tier = "audio"
	case j.SelectStreamType == "FHD":
		j.width, j.height, j.tier = 1920, 1080, "hdp"
	case j.SelectStreamType == "HD":
		j.width, j.height, j.tier = 1280, 720, "hd"
	case j.SelectStreamType == "SD":
		j.width, j.height, j.tier = 640, 480, "sd"
	default:
		j.width, j.height, j.tier = 320, 240, "sd"
	}
	j.init(newID("iv"), a.AppID, string(*req.RoomID), c.now)
	j.StreamName = "s_" + j.JobID + "_" + j.RoomID + "_" + j.UserID
	if slip("ind-stream-name") {
		j.StreamName = "s_" + j.JobID + "_" + j.RoomID
	}
	st.indJobs[j.JobID] = j
	return 201, *j, nil
}

// autoRecord starts the jobs of 7.1 for what a user sends in a room that was opened while automatic recording was on.
func (st *store) autoRecord(a *app, x *session, now time.Time) {
	rule := st.rules[a.AutoRecordMode.RuleID]
	if !x.inst.autoRecord || a.AutoRecordMode.Mode != autoIndividual || rule == nil || st.checkStart(a) != nil {
		return
	}
	for _, v := range []struct {
		video, suffix string
		sent, audio   bool
	}{{"CAMERASTREAM", "av_m", x.video(), true}, {"SCREENSTREAM", "v_a", x.shares, false}} {
		name := strings.Join([]string{a.AppID, x.roomID, x.uid, v.suffix}, "_")
		if !v.sent || !x.linkable() || st.streamRuns(name) {
			continue
		}
		eff := rule.effective(now)
		j := &indJob{UserID: x.uid, IsRecordAudio: v.audio, VideoType: v.video, SelectStreamType: "FHD", MaxIdleTime: defaultIdle}
		j.RecordParam, j.rule = &recordParam{rule.RuleID}, &eff
		j.width, j.height, j.tier = 1920, 1080, "hdp"
		j.init(newID("iv"), a.AppID, x.roomID, now)
		j.StreamName = name
		st.indJobs[j.JobID] = j
	}
}

func (st *store) streamRuns(name string) bool {
	for _, j := range st.indJobs {
		if j.StreamName == name && j.State != jobStopped {
			return true
		}
	}
	return false
}

func (st *store) indOf(c *reqCtx) (*app, *indJob, *apiError) {
	a, err := st.appOf(c)
	if err != nil {
		return nil, nil, err
	}
	j, ok := st.indJobs[c.params["job_id"]]
	if !ok || j.AppID != a.AppID {
		return nil, nil, errJobNotExist()
	}
	st.advance(c.now)
	return a, j, nil
}

func (s *server) getIndividual(c *reqCtx) (int, interface{}, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	_, j, err := s.store.indOf(c)
	if err != nil {
		return 0, nil, err
	}
	return 200, *j, nil
}

func (s *server) updateIndividual(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, j, err := st.indOf(c)
	if err != nil {
		return 0, nil, err
	}
	var req struct {
		RecordParam *recordParamReq `json:"record_param"`
	}
	if len(c.body) > 0 { // the documented example carries no body
		if err := c.decode(&req); err != nil {
			return 0, nil, err
		}
	}
	if a.State.State != stActive {
		return 0, nil, errAppDeactivated()
	}
	if err := j.editable(); err != nil {
		return 0, nil, err
	}
	if req.RecordParam != nil {
		tmp := j.jobBase
		if err := st.bindRule(a, &tmp, req.RecordParam, c.now); err != nil {
			return 0, nil, err
		}
		if !slip("ind-put-lost") {
			j.RecordParam, j.rule = tmp.RecordParam, tmp.rule
		}
		j.UpdateTime = ms(c.now)
	}
	return 200, *j, nil
}

func (s *server) stopIndividual(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	_, j, err := st.indOf(c)
	if err != nil {
		return 0, nil, err
	}
	st.finish(&j.jobBase, stopTenant, c.now)
	if slip("ind-stop-200") {
		return 200, *j, nil
	}
	return 204, nil, nil
}
