package main

import (
	"strconv"
	"strings"
	"time"
)

const (
	maxHLSPause = 30 * day // -1: the file goes on after an interruption of at most 30 days
	stampFmt    = "20060102150405"
)

// recFile is a file that is being recorded.
type recFile struct {
	format string
	rule   *recordRule
	start  time.Time
	gone   time.Time     // since when the stream is interrupted; zero while it flows
	pauses time.Duration // interruptions that the file outlived
}

// pause is how long a stream may be interrupted before its file ends.
func (r *recordRule) pause(format string) time.Duration {
	secs := 0
	switch {
	case format == fmtHLS && r.HLS != nil:
		secs = r.HLS.MaxMerge
	case format == fmtMP4 && r.MP4 != nil:
		secs = r.MP4.MaxMerge
	}
	if secs < 0 {
		return maxHLSPause
	}
	return time.Duration(secs) * time.Second
}

// ---- streams ----

// sends reports whether the user sends audio or that video stream. What the seeded users send follows from their tier.
func (x *session) sends(audio bool, video string) bool {
	if !x.online() || !x.linkable() {
		return false
	}
	switch {
	case audio && !x.muted:
		return true
	case video == "CAMERASTREAM":
		return x.video()
	case video == "SCREENSTREAM":
		return x.shares
	}
	return false
}

// flows reports whether anything that the job records is being sent.
func (j *mixJob) flows(st *store) bool {
	for _, x := range st.sessions {
		if x.appID == j.AppID && x.roomID == j.RoomID && (x.sends(true, "CAMERASTREAM") || x.sends(false, "SCREENSTREAM")) {
			return true
		}
	}
	return false
}

func (j *indJob) flows(st *store) bool {
	for _, x := range st.sessions {
		if x.appID == j.AppID && x.roomID == j.RoomID && x.uid == j.UserID && x.sends(j.IsRecordAudio, j.VideoType) {
			return true
		}
	}
	return false
}

// ---- files ----

// record brings the files of a running job up to at: they begin and pause with the stream, and end when it is away too long.
func (st *store) record(j *jobBase, flows bool, at time.Time) {
	at = ms(at)
	var open []*recFile
	for _, f := range j.files {
		if !contains(j.rule.RecordFormats, f.format) { // the job got another rule
			st.endFile(j, f, at)
			continue
		}
		f.rule = j.rule
		if !flows && f.gone.IsZero() {
			f.gone = at
		}
		if !f.gone.IsZero() {
			if pause := f.rule.pause(f.format); pause == 0 || at.Sub(f.gone) > pause {
				st.endFile(j, f, at)
				continue
			}
			if flows {
				f.pauses += at.Sub(f.gone)
				f.gone = time.Time{}
			}
		}
		open = append(open, f)
	}
	j.files = open
	if !flows {
		return
	}
	for _, format := range j.rule.RecordFormats {
		if !j.records(format) {
			j.files = append(j.files, &recFile{format: format, rule: j.rule, start: at})
			st.fireNewFile(j, format)
		}
	}
	if j.recordingAt.IsZero() {
		j.recordingAt = at
	}
}

func (j *jobBase) records(format string) bool {
	for _, f := range j.files {
		if f.format == format {
			return true
		}
	}
	return false
}

// endFile completes a file: where the stream broke off, or at at if it flows.
func (st *store) endFile(j *jobBase, f *recFile, at time.Time) {
	if !f.gone.IsZero() {
		at = f.gone
	}
	a := st.apps[j.AppID]
	if a == nil {
		return
	}
	key := st.objectKey(j, f)
	st.storeFile(a, f, key, at)
	st.fireComplete(a, j, f, key, at)
}

// objectKey renders the object path of a file; a path that was given away already gets a number.
func (st *store) objectKey(j *jobBase, f *recFile) string {
	prefix := defaultPrefix
	if f.format == fmtHLS && f.rule.HLS != nil {
		prefix = f.rule.HLS.RecordPrefix
	} else if f.format == fmtMP4 && f.rule.MP4 != nil {
		prefix = f.rule.MP4.RecordPrefix
	}
	ext := ".mp4"
	if f.format == fmtHLS {
		ext = ".m3u8"
	}
	r := strings.NewReplacer("{app_id}", j.AppID, "{record_format}", f.format, "{stream}", j.StreamName,
		"{file_start_time}", f.start.Format(stampFmt))
	dir := f.rule.ObsAddr.Object
	if dir != "" && !strings.HasSuffix(dir, "/") {
		dir += "/"
	}
	path := dir + r.Replace(prefix)
	key := path + ext
	for n := 2; st.keys[f.rule.ObsAddr.Bucket+"/"+key]; n++ {
		key = path + "_" + strconv.Itoa(n) + ext
	}
	st.keys[f.rule.ObsAddr.Bucket+"/"+key] = true
	return key
}

// played is the length of what is in the file.
func (f *recFile) played(end time.Time) time.Duration { return end.Sub(f.start) - f.pauses }

// storeFile puts the file into the bucket of the rule, if that is there and authorised.
func (st *store) storeFile(a *app, f *recFile, key string, end time.Time) {
	b := st.bucketOf(a.domainID, f.rule.ObsAddr.Bucket)
	if b == nil || !b.authorized || b.location != f.rule.ObsAddr.Location {
		return
	}
	secs := int64(f.played(end)/time.Second) + 1
	b.objects = append(b.objects, obsObject{key, secs << 17, end})
}

func (st *store) fireNewFile(j *jobBase, format string) {
	a := st.apps[j.AppID]
	if a == nil || a.Callbacks.Record == nil || slip("callback-no-start-event") {
		return
	}
	st.notify(*a.Callbacks.Record, callbackBody{JobID: j.JobID, StreamName: j.StreamName, AppID: j.AppID, RoomID: j.RoomID,
		EventType: evNewFile, RecordFormat: format})
}

func (st *store) fireComplete(a *app, j *jobBase, f *recFile, key string, end time.Time) {
	if a.Callbacks.Record == nil {
		return
	}
	secs := int64(f.played(end) / time.Second)
	if slip("callback-duration-ms") {
		secs = int64(f.played(end) / time.Millisecond)
	}
	w, h := j.width, j.height
	obs := f.rule.ObsAddr
	st.notify(*a.Callbacks.Record, callbackBody{JobID: j.JobID, StreamName: j.StreamName, AppID: j.AppID, RoomID: j.RoomID,
		EventType: evComplete, RecordFormat: f.format, RecordDuration: &secs, Width: &w, Height: &h,
		StartTime: f.start.Format(timeFmt), EndTime: end.Format(timeFmt),
		DownloadURL: "https://" + obs.Bucket + ".obs." + obs.Location + ".onprem.example.com/" + key,
		ObsLocation: obs.Location, ObsBucket: obs.Bucket, ObsObject: key})
}
