{{/* The beginning of every name: the release's. */}}
{{- define "datastore.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The Secret with the passwords. */}}
{{- define "datastore.secretName" -}}
{{- default (printf "%s-datastore" (include "datastore.fullname" .)) .Values.existingSecret -}}
{{- end -}}

{{/* Labels that never change. Takes (dict "context" . "component" NAME). */}}
{{- define "datastore.selectorLabels" -}}
app.kubernetes.io/name: datastore
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* All labels. Takes (dict "context" . "component" NAME). */}}
{{- define "datastore.labels" -}}
{{ include "datastore.selectorLabels" . }}
app.kubernetes.io/part-of: scalebed
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* A pod's labels: few, since a change to one restarts it. Takes (dict "context" . "component" NAME). */}}
{{- define "datastore.podLabels" -}}
{{ include "datastore.selectorLabels" . }}
app.kubernetes.io/part-of: scalebed
{{- end -}}

{{/* An image's full name. Takes (dict "image" VALUES "default" TAG). */}}
{{- define "datastore.image" -}}
{{ .image.repository }}:{{ default .default .image.tag }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* Changes when a Secret of one's own changes, so that pods take it up with the next upgrade. The chart's own never
changes, and is not there yet when it is first rendered. */}}
{{- define "datastore.secretChecksum" -}}
{{- if .Values.existingSecret -}}
{{- dig "data" dict (lookup "v1" "Secret" .Release.Namespace .Values.existingSecret) | toJson | sha256sum -}}
{{- else -}}
generated
{{- end -}}
{{- end -}}

{{/* A pod's security context. Takes the user. */}}
{{- define "datastore.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ . | int64 }}
runAsGroup: {{ . | int64 }}
fsGroup: {{ . | int64 }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "datastore.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The template database: a name for each dataset. */}}
{{- define "datastore.template" -}}
{{- with .Values.global.dataset -}}
tpl_{{ .contacts | int64 }}_{{ .seed | int64 }}{{ with .revision }}_{{ . }}{{ end }}
{{- end -}}
{{- end -}}

{{/* What psql needs to be the superuser. */}}
{{- define "datastore.psqlEnv" -}}
- name: PGHOST
  value: {{ include "datastore.fullname" . }}-postgres
- name: PGUSER
  value: postgres
- name: PGDATABASE
  value: postgres
- name: PGOPTIONS
  value: -c client_min_messages=warning
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "datastore.secretName" . | quote }}
      key: postgres-password
{{- end -}}

{{/* One password, from the Secret that stands or else a new one. Takes (dict "data" DATA "key" KEY). */}}
{{- define "datastore.password" -}}
{{- get .data .key | default (randAlphaNum 32 | b64enc) -}}
{{- end -}}

{{/* Who may come in. Takes (dict "context" . "label" LABEL). */}}
{{- define "datastore.clients" -}}
- podSelector:
    matchLabels:
      {{ .label }}: "true"
{{- range .context.Values.networkPolicy.clientNamespaces }}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . | quote }}
  podSelector:
    matchLabels:
      {{ $.label }}: "true"
{{- end }}
{{- end -}}

{{/* Pods spread over nodes where there are several. Takes (dict "context" . "component" NAME). */}}
{{- define "datastore.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "datastore.selectorLabels" . | nindent 6 }}
{{- end -}}

{{/* The dataset Job's pod: begin, migrate, load, end, one after the other. */}}
{{- define "datastore.datasetPod" -}}
{{- $postgres := include "datastore.image" (dict "image" .Values.postgres.image "default" "18") -}}
{{- $service := include "datastore.image" (dict "image" .Values.dataset.image "default" .Chart.AppVersion) -}}
metadata:
  labels:
    {{- include "datastore.podLabels" (dict "context" . "component" "dataset") | nindent 4 }}
    scalebed/database-client: "true"
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "datastore.podSecurityContext" .Values.dataset.uid | nindent 4 }}
  {{- with include "datastore.imagePullSecrets" . }}
  {{- . | nindent 2 }}
  {{- end }}
  initContainers:
    - name: begin
      image: {{ $postgres }}
      imagePullPolicy: {{ .Values.postgres.image.pullPolicy }}
      command: [sh, /scripts/template-begin.sh]
      env:
        {{- include "datastore.psqlEnv" . | nindent 8 }}
        - name: STEPS
          value: /steps
        - name: TEMPLATE
          value: {{ include "datastore.template" . }}
        - name: WAIT_SECONDS
          value: {{ .Values.dataset.waitSeconds | int64 | quote }}
      {{- include "datastore.datasetContainer" . | nindent 6 }}
    - name: migrate
      image: {{ $service }}
      imagePullPolicy: {{ .Values.dataset.image.pullPolicy }}
      command: [sh, /scripts/unless-whole.sh]
      args:
        {{- toYaml .Values.dataset.migrate | nindent 8 }}
      env:
        {{- include "datastore.datasetEnv" . | nindent 8 }}
      {{- include "datastore.datasetContainer" . | nindent 6 }}
    - name: load
      image: {{ $service }}
      imagePullPolicy: {{ .Values.dataset.image.pullPolicy }}
      command: [sh, /scripts/unless-whole.sh]
      args:
        {{- toYaml .Values.dataset.load | nindent 8 }}
        - --count
        - {{ .Values.global.dataset.contacts | int64 | quote }}
        - --seed
        - {{ .Values.global.dataset.seed | int64 | quote }}
        - --workers
        - {{ .Values.dataset.workers | int64 | quote }}
      env:
        {{- include "datastore.datasetEnv" . | nindent 8 }}
      {{- include "datastore.datasetContainer" . | nindent 6 }}
  containers:
    - name: end
      image: {{ $postgres }}
      imagePullPolicy: {{ .Values.postgres.image.pullPolicy }}
      command: [sh, /scripts/template-end.sh]
      env:
        {{- include "datastore.psqlEnv" . | nindent 8 }}
        - name: STEPS
          value: /steps
        - name: TEMPLATE
          value: {{ include "datastore.template" . }}
        - name: KEEP
          value: {{ .Values.dataset.keep | int64 | quote }}
      {{- include "datastore.datasetContainer" . | nindent 6 }}
  volumes:
    - name: scripts
      configMap:
        name: {{ include "datastore.fullname" . }}-dataset
    - name: steps
      emptyDir: {sizeLimit: 1Mi}
    - name: tmp
      emptyDir:
        medium: Memory
        sizeLimit: 64Mi
{{- end -}}

{{/* What every container of the dataset Job has. */}}
{{- define "datastore.datasetContainer" -}}
resources:
  {{- toYaml .Values.dataset.resources | nindent 2 }}
securityContext:
  {{- include "datastore.containerSecurityContext" . | nindent 2 }}
volumeMounts:
  - name: scripts
    mountPath: /scripts
    readOnly: true
  - name: steps
    mountPath: /steps
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{/* The contract's variables for a command of a service that makes or fills tables. */}}
{{- define "datastore.datasetEnv" -}}
- name: STEPS
  value: /steps
- name: OWNER_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "datastore.secretName" . | quote }}
      key: owner-password
- name: DATABASE_URL
  value: postgres://owner:$(OWNER_PASSWORD)@{{ include "datastore.fullname" . }}-postgres:5432/{{ include "datastore.template" . }}
- name: SECRET_KEY
  value: signs-nothing-while-tables-are-made-and-filled-by-a-command
- name: STATEMENT_TIMEOUT_MS
  value: "0"
- name: LOG_LEVEL
  value: WARNING
- name: METRICS_DIR
  value: /tmp/metrics
- name: BENCH_PASSWORD
  value: {{ .Values.dataset.benchPassword | quote }}
{{- end -}}
