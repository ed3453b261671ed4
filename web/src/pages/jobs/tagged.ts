/** A job with the tag of the version that was read: what is saved replaces that version only. */
import { queryOptions } from "@tanstack/react-query";
import { api, done } from "../../api/client";
import type { Job } from "../../api/queries";
import type { JobDraft } from "./form";

export interface TaggedJob {
  job: Job;
  tag: string;
}

interface Answered {
  data?: Job;
  error?: unknown;
  response: Response;
}

async function tagged(asked: Promise<Answered>): Promise<TaggedJob> {
  const answer = await asked;
  const job = await done(Promise.resolve(answer));
  return { job, tag: answer.response.headers.get("etag") ?? "" };
}

export const taggedJobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", id, "tagged"],
    queryFn: () => tagged(api.GET("/api/v1/jobs/{id}", { params: { path: { id } } })),
  });

const over = (id: string, tag: string) => ({ path: { id }, header: { "If-Match": tag } });

export const putDraft = (id: string, tag: string, body: JobDraft) =>
  tagged(api.PUT("/api/v1/jobs/{id}", { params: over(id, tag), body }));

export const deleteDraft = (id: string, tag: string) =>
  done(api.DELETE("/api/v1/jobs/{id}", { params: over(id, tag) }));
