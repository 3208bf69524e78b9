// The types of openapi-typescript in use: what compiles, and what must not.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

const client = createClient<paths>({ baseUrl: "http://127.0.0.1" });

export async function names(state: components["schemas"]["AppStateFilter"]): Promise<string[]> {
  const { data, error } = await client.GET("/v2/apps", { params: { query: { state, limit: 1 } } });
  if (error) throw new Error(error.error_code);
  return data.apps.map((app) => app.app_name);
}

export const made = () => client.POST("/v2/apps", { body: { app_name: "classroom" } });

// @ts-expect-error no value of the enumeration
export const wrongValue = () => client.GET("/v2/apps", { params: { query: { state: "GONE" } } });

// @ts-expect-error a name is required
export const withoutName = () => client.POST("/v2/apps", { body: {} });
