{{/* The service's name, and that of its balancer's Service: the release's, with the alias that an umbrella chart
installs it under. */}}
{{- define "webapp.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if eq .Chart.Name "webapp" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that never change. Takes (dict "context" . "component" NAME). */}}
{{- define "webapp.selectorLabels" -}}
app.kubernetes.io/name: {{ .context.Chart.Name }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* All labels. Takes (dict "context" . "component" NAME). */}}
{{- define "webapp.labels" -}}
{{ include "webapp.selectorLabels" . }}
app.kubernetes.io/part-of: scalebed
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* A pod's labels: few, since a change to one restarts it. Takes (dict "context" . "component" NAME). */}}
{{- define "webapp.podLabels" -}}
{{ include "webapp.selectorLabels" . }}
app.kubernetes.io/part-of: scalebed
{{- end -}}

{{/* An image's full name. Takes (dict "image" VALUES "default" TAG). */}}
{{- define "webapp.image" -}}
{{ .image.repository }}:{{ default .default .image.tag }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* The beginning of the datastore's names, and its Secret. */}}
{{- define "webapp.datastore" -}}
{{- default .Release.Name .Values.datastore.release | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "webapp.datastoreSecret" -}}
{{- default (printf "%s-datastore" (include "webapp.datastore" .)) .Values.datastore.existingSecret -}}
{{- end -}}

{{- define "webapp.secretName" -}}
{{- default (include "webapp.fullname" .) .Values.secretKey.existingSecret -}}
{{- end -}}

{{/* Changes when a Secret of one's own changes, so that pods take it up with the next upgrade. Those that charts make
never change, and are not there yet when they are first rendered. */}}
{{- define "webapp.secretChecksum" -}}
{{- $seen := list -}}
{{- range list .Values.secretKey.existingSecret .Values.datastore.existingSecret -}}
{{- if . -}}
{{- $seen = append $seen (dig "data" dict (lookup "v1" "Secret" $.Release.Namespace .)) -}}
{{- end -}}
{{- end -}}
{{- if $seen }}{{ $seen | toJson | sha256sum }}{{ else }}generated{{ end -}}
{{- end -}}

{{/* A pod's security context. Takes the user. */}}
{{- define "webapp.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ . | int64 }}
runAsGroup: {{ . | int64 }}
fsGroup: {{ . | int64 }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Takes whether the root file system may be written to. */}}
{{- define "webapp.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: {{ not . }}
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Pods spread over nodes where there are several. Takes (dict "context" . "component" NAME). */}}
{{- define "webapp.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: {{ .context.Values.spread }}
  labelSelector:
    matchLabels:
      {{- include "webapp.selectorLabels" . | nindent 6 }}
{{- end -}}

{{/* name=value,… of all switches. YAML reads a bare on or off as a truth value. */}}
{{- define "webapp.switches" -}}
{{- $words := list -}}
{{- range $name, $value := .Values.switches -}}
{{- $words = append $words (printf "%s=%s" $name (include "webapp.switchValue" (dict "context" $ "name" $name "value" $value))) -}}
{{- end -}}
{{- join "," $words -}}
{{- end -}}

{{/* One switch's value. Takes (dict "context" . "name" NAME "value" VALUE). */}}
{{- define "webapp.switchValue" -}}
{{- if kindIs "bool" .value -}}
{{- ternary "on" "off" .value -}}
{{- else -}}
{{- include "webapp.value" (dict "context" .context "name" (print "switches." .name) "value" .value) -}}
{{- end -}}
{{- end -}}

{{/* The loaded template, by the name that the chart datastore gives it. */}}
{{- define "webapp.template" -}}
{{- with .Values.global.dataset -}}
tpl_{{ .contacts | int64 }}_{{ .seed | int64 }}{{ with .revision }}_{{ . }}{{ end }}
{{- end -}}
{{- end -}}

{{/* The beginning of the names of this service's clones. */}}
{{- define "webapp.databasePrefix" -}}
{{- default (include "webapp.fullname" .) .Values.database.name | lower | replace "-" "_" -}}
{{- end -}}

{{/* This service's clone. Whatever decides what is in it decides its name, so that pods of before keep theirs. */}}
{{- define "webapp.database" -}}
{{- $choice := dict -}}
{{- range .Values.database.objects.switches -}}
{{- if not (hasKey $.Values.switches .) -}}
{{- fail (printf "database.objects.switches names %s, which is not in switches: add switches.%s" . .) -}}
{{- end -}}
{{- $_ := set $choice . (include "webapp.switchValue" (dict "context" $ "name" . "value" (get $.Values.switches .))) -}}
{{- end -}}
{{- $content := list (include "webapp.template" .) $choice (.Values.statementTimeoutMs | int64) -}}
{{- with .Values.database.revision -}}
{{- $content = append $content . -}}
{{- end -}}
{{- printf "%s_%s" (include "webapp.databasePrefix" .) ($content | toJson | sha256sum | trunc 8) -}}
{{- end -}}

{{/* Host names that requests may name. */}}
{{- define "webapp.allowedHosts" -}}
{{- $name := include "webapp.fullname" . -}}
{{- $inside := printf "%s.%s" $name .Release.Namespace -}}
{{- /* By its own address a pod is asked by whoever scrapes metrics; in brackets where that is one of IPv6. */ -}}
{{- $names := list "localhost" "127.0.0.1" "$(POD_IP)" "[$(POD_IP)]" $name $inside (printf "%s.svc" $inside) (printf "%s.svc.%s" $inside .Values.clusterDomain) -}}
{{- concat $names .Values.allowedHosts | join "," -}}
{{- end -}}

{{/* The contract's variables. */}}
{{- define "webapp.contractEnv" -}}
{{- if .Values.database.enabled -}}
- name: APP_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "webapp.datastoreSecret" . | quote }}
      key: app-password
- name: DATABASE_URL
  value: postgres://app:$(APP_PASSWORD)@{{ include "webapp.datastore" . }}-{{ ternary "pgbouncer:6432" "postgres:5432" .Values.datastore.pooled }}/{{ include "webapp.database" . }}
{{ end -}}
{{- if .Values.cache.enabled -}}
- name: CACHE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "webapp.datastoreSecret" . | quote }}
      key: valkey-password
- name: CACHE_URL
  value: redis://:$(CACHE_PASSWORD)@{{ include "webapp.datastore" . }}-valkey:6379/{{ .Values.cache.database | int64 }}
{{ end -}}
- name: SECRET_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "webapp.secretName" . | quote }}
      key: secret-key
- name: BIND
  value: 0.0.0.0:{{ .Values.port | int64 }}
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: ALLOWED_HOSTS
  value: {{ include "webapp.allowedHosts" . | quote }}
- name: TLS_HOST
  value: {{ .Values.tls.host | quote }}
- name: SWITCHES
  value: {{ include "webapp.switches" . | quote }}
- name: STATEMENT_TIMEOUT_MS
  value: {{ .Values.statementTimeoutMs | int64 | quote }}
- name: METRICS_DIR
  value: /run/metrics
- name: LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- end -}}

{{/* The contract's variables, and those of the values. */}}
{{- define "webapp.env" -}}
{{- include "webapp.contractEnv" . }}
{{- range $name, $value := .Values.env }}
- name: {{ $name | quote }}
  value: {{ tpl (include "webapp.value" (dict "context" $ "name" (print "env." $name) "value" $value)) $ | quote }}
{{- end }}
{{- end -}}

{{/*
Seconds that a pod has for answering what it has begun: those of its drain, or the longest statement and ten more. A
service ends by itself after that statement and five. Takes the context and the drain.
*/}}
{{- define "webapp.graceSeconds" -}}
{{- $statement := divf (int64 (index . 0).Values.statementTimeoutMs) 1000 | ceil | int64 -}}
{{- max (int64 (index . 1).graceSeconds) (add $statement 10) -}}
{{- end -}}

{{/* What psql needs to be the superuser. */}}
{{- define "webapp.psqlEnv" -}}
- name: PGHOST
  value: {{ include "webapp.datastore" . }}-postgres
- name: PGUSER
  value: postgres
- name: PGDATABASE
  value: postgres
- name: PGOPTIONS
  value: -c client_min_messages=warning
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "webapp.datastoreSecret" . | quote }}
      key: postgres-password
{{- end -}}

{{/* What every container of the database Job has. */}}
{{- define "webapp.databaseContainer" -}}
resources:
  {{- toYaml .Values.database.resources | nindent 2 }}
securityContext:
  {{- include "webapp.containerSecurityContext" false | nindent 2 }}
volumeMounts:
  - name: scripts
    mountPath: /scripts
    readOnly: true
  - name: steps
    mountPath: /steps
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{/* The database Job's pod: begin, objects, end, one after the other. */}}
{{- define "webapp.databasePod" -}}
{{- $postgres := include "webapp.image" (dict "image" .Values.database.image "default" "18") -}}
metadata:
  labels:
    {{- include "webapp.podLabels" (dict "context" . "component" "database") | nindent 4 }}
    scalebed/database-client: "true"
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "webapp.podSecurityContext" .Values.uid | nindent 4 }}
  {{- with include "webapp.imagePullSecrets" . }}
  {{- . | nindent 2 }}
  {{- end }}
  initContainers:
    - name: begin
      image: {{ $postgres }}
      imagePullPolicy: {{ .Values.database.image.pullPolicy }}
      command: [sh, /scripts/database-begin.sh]
      env:
        {{- include "webapp.psqlEnv" . | nindent 8 }}
        - name: STEPS
          value: /steps
        - name: TEMPLATE
          value: {{ include "webapp.template" . }}
        - name: DATABASE
          value: {{ include "webapp.database" . }}
        - name: WAIT_SECONDS
          value: {{ .Values.database.waitSeconds | int64 | quote }}
      {{- include "webapp.databaseContainer" . | nindent 6 }}
    {{- if .Values.database.objects.command }}
    - name: objects
      {{- $image := ternary .Values.database.objects.image .Values.image (ne .Values.database.objects.image.repository "") }}
      image: {{ include "webapp.image" (dict "image" $image "default" .Chart.AppVersion) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.database.objects.folder }}
      workingDir: {{ . | quote }}
      {{- end }}
      command: [sh, /scripts/on-database.sh]
      args:
        {{- toYaml .Values.database.objects.command | nindent 8 }}
      env:
        - name: OWNER_PASSWORD
          valueFrom:
            secretKeyRef:
              name: {{ include "webapp.datastoreSecret" . | quote }}
              key: owner-password
        - name: STEPS
          value: /steps
        - name: SERVER_URL
          value: postgres://owner:$(OWNER_PASSWORD)@{{ include "webapp.datastore" . }}-postgres:5432
        - name: SECRET_KEY
          value: signs-nothing-while-objects-are-made-by-a-command-of-the-service
        - name: SWITCHES
          value: {{ include "webapp.switches" . | quote }}
        - name: STATEMENT_TIMEOUT_MS
          value: "0"
        - name: METRICS_DIR
          value: /tmp/metrics
        - name: LOG_LEVEL
          value: {{ .Values.logLevel }}
      {{- include "webapp.databaseContainer" . | nindent 6 }}
    {{- end }}
  containers:
    - name: end
      image: {{ $postgres }}
      imagePullPolicy: {{ .Values.database.image.pullPolicy }}
      command: [sh, /scripts/database-end.sh]
      env:
        {{- include "webapp.psqlEnv" . | nindent 8 }}
        - name: STEPS
          value: /steps
        - name: DATABASE
          value: {{ include "webapp.database" . }}
        - name: PREFIX
          value: {{ include "webapp.databasePrefix" . | quote }}
        - name: STATEMENT_TIMEOUT_MS
          value: {{ .Values.statementTimeoutMs | int64 | quote }}
        - name: KEEP
          value: {{ .Values.database.keep | int64 | quote }}
        - name: SPARED
          value: {{ .Values.database.spared | quote }}
      {{- include "webapp.databaseContainer" . | nindent 6 }}
  volumes:
    - name: scripts
      configMap:
        name: {{ include "webapp.fullname" . }}-database
    - name: steps
      emptyDir: {sizeLimit: 1Mi}
    - name: tmp
      emptyDir:
        medium: Memory
        sizeLimit: 64Mi
{{- end -}}
