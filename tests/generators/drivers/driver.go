// The Go client of openapi-generator, as a driver.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"reflect"
	"strings"

	openapi "client"
)

type order struct {
	ID        json.RawMessage `json:"id"`
	Op        string          `json:"op"`
	Arguments struct {
		Path  map[string]json.RawMessage `json:"path"`
		Query map[string]json.RawMessage `json:"query"`
		Body  json.RawMessage            `json:"body"`
	} `json:"arguments"`
}

type reply map[string]any

// Names of the path's parameters in their order, by operation: reflection has no names.
var paths map[string][]string

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var operations map[string]struct {
		Parameters []string `json:"path_parameters"`
	}
	if err := json.Unmarshal(text, &operations); err != nil {
		panic(err)
	}
	paths = map[string][]string{}
	for name, operation := range operations {
		paths[name] = operation.Parameters
	}
	configuration := openapi.NewConfiguration()
	configuration.Servers = openapi.ServerConfigurations{{URL: os.Getenv("SPARKRTC_BASE_URL")}}
	// These operations have a server of their own in the contract.
	for name := range configuration.OperationServers {
		configuration.OperationServers[name] = configuration.Servers
	}
	// The document asks for it of requests without a body too; OpenAPI has no place for it.
	configuration.AddDefaultHeader("Content-Type", "application/json")
	client := openapi.NewAPIClient(configuration)
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked order
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		said := call(client, asked)
		said["id"] = asked.ID
		out, err := json.Marshal(said)
		if err != nil {
			out, _ = json.Marshal(reply{"id": asked.ID, "failure": err.Error()})
		}
		os.Stdout.Write(append(out, '\n'))
	}
}

func call(client *openapi.APIClient, asked order) reply {
	ctx := context.WithValue(context.Background(), openapi.ContextAPIKeys,
		map[string]openapi.APIKey{"token": {Key: os.Getenv("SPARKRTC_TOKEN")}})
	services := reflect.ValueOf(client).Elem()
	for i := 0; i < services.NumField(); i++ {
		if !services.Type().Field(i).IsExported() {
			continue
		}
		method := services.Field(i).MethodByName(asked.Op)
		if !method.IsValid() {
			continue
		}
		in := []reflect.Value{reflect.ValueOf(ctx)}
		for n, name := range paths[asked.Op] {
			value, err := typed(method.Type().In(n+1), asked.Arguments.Path[name])
			if err != nil {
				return reply{"failure": err.Error()}
			}
			in = append(in, value)
		}
		return execute(method.Call(in)[0], asked)
	}
	return reply{"unsupported": true}
}

func execute(request reflect.Value, asked order) reply {
	given := map[string]json.RawMessage{}
	for name, value := range asked.Arguments.Query {
		given[bare(name)] = value
	}
	for i := 0; i < request.NumMethod(); i++ {
		name := request.Type().Method(i).Name
		value, found := given[bare(name)]
		if strings.HasSuffix(name, "Req") || strings.HasSuffix(name, "Request") {
			value, found = asked.Arguments.Body, string(asked.Arguments.Body) != "null"
		}
		if !found {
			continue
		}
		argument, err := typed(request.Method(i).Type().In(0), value)
		if err != nil {
			return reply{"failure": err.Error()}
		}
		request = request.Method(i).Call([]reflect.Value{argument})[0]
	}
	out := request.MethodByName("Execute").Call(nil)
	failed, _ := out[len(out)-1].Interface().(error)
	answer, _ := out[len(out)-2].Interface().(*http.Response)
	if failed == nil {
		if len(out) == 2 {
			return reply{"understood": nil}
		}
		return reply{"understood": out[0].Interface()}
	}
	var api *openapi.GenericOpenAPIError
	if answer == nil || answer.StatusCode < 400 || !errors.As(failed, &api) {
		return reply{"failure": failed.Error()}
	}
	var body struct {
		Code *string `json:"error_code"`
	}
	_ = json.Unmarshal(api.Body(), &body)
	return reply{"error": reply{"status": answer.StatusCode, "error_code": body.Code}}
}

func typed(kind reflect.Type, value json.RawMessage) (reflect.Value, error) {
	made := reflect.New(kind)
	err := json.Unmarshal(value, made.Interface())
	return made.Elem(), err
}

func bare(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}
