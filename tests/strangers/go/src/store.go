package main

import (
	"sync"
	"time"
)

const (
	stActive      = "ACTIVATION"
	stDeactivated = "DEACTIVATION"
	stArrears     = "ARREARS"

	maxAppsPerAccount = 20
	maxActiveJobs     = 100 // per app
	jobInitTime       = 800 * time.Millisecond
	ruleEffectDelay   = 5 * time.Minute
)

// store keeps all state in memory; mu guards every field and everything reachable from it.
type store struct {
	mu       sync.Mutex
	apps     map[string]*app
	rules    map[string]*ruleRec
	mixJobs  map[string]*mixJob
	indJobs  map[string]*indJob
	buckets  []*obsBucket
	rooms    []*roomInst
	sessions []*session
	events   []*abnEvent
	usage    []*usageRec
	keys     map[string]bool // bucket/object of every recorded file
	notify   func(cb appCallbackURL, n callbackBody)

	appCache map[string]appView // only used by a slip
}

func newStore() *store {
	return &store{
		apps: map[string]*app{}, rules: map[string]*ruleRec{}, mixJobs: map[string]*mixJob{}, indJobs: map[string]*indJob{},
		keys:     map[string]bool{},
		notify:   func(appCallbackURL, callbackBody) {},
		appCache: map[string]appView{},
	}
}

// runClock drives the time based transitions of the jobs.
func (st *store) runClock() {
	for range time.Tick(250 * time.Millisecond) {
		st.mu.Lock()
		st.advance(time.Now().UTC())
		st.mu.Unlock()
	}
}

// appOf returns the app if it belongs to the caller's account.
func (st *store) appOf(c *reqCtx) (*app, *apiError) {
	a, ok := st.apps[c.params["app_id"]]
	if !ok || (a.domainID != c.id.domainID && !slip("app-tenant-leak")) {
		return nil, errAppNotExist()
	}
	return a, nil
}

func ms(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
