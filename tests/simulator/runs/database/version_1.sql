BEGIN TRANSACTION;
CREATE TABLE events (
	run_id VARCHAR(32) NOT NULL,
	n INTEGER NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (run_id, n),
	FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
INSERT INTO "events" VALUES('run',1,'{"kind":"described","provenance":{"source":"scratch","repository":"torchvision/resnet18","revision":null,"seed":0,"sha256":null,"notice":"The published weights cannot be reached.","data":"digits-0123","teacher":"resnet18-digits-4567","teacher_was_cached":false,"versions":{"torch":"2.9.1"},"device":"a test''s CPU","threads":2,"recorded_at":"2026-05-03T10:00:00+00:00","teacher_damage":"","precision":""},"class_names":["cat","dog"],"labels":[]}');
INSERT INTO "events" VALUES('run',2,'{"kind":"loss","variant":"control","step":1,"epoch":0.5,"total":0.7,"hard":0.7,"soft":null,"learning_rate":0.001,"repeat":0}');
INSERT INTO "events" VALUES('run',3,'{"kind":"stage_finished","stage":"control","seconds":500.0,"peak_memory_mb":900.0,"examples":100}');
INSERT INTO "events" VALUES('run',4,'{"kind":"measured","measurement":{"name":"teacher","accuracy":0.5,"accuracy_interval":[0.4,0.6],"precision":0.5,"recall":0.5,"f1":0.5,"confusion":[[1,1],[1,1]],"test_examples":4,"parameters":10,"nonzero_parameters":9,"sparsity":0.1,"prunable_sparsity":0.2,"macs":100,"macs_at":"32 x 32","size_bytes":40,"gzip_bytes":30,"latency_ms":{},"stage_peak_memory_mb":900.0,"layers":[],"generated":[],"repeat":0,"answers":[],"sparse_bytes":null,"sparse_encodings":{}}}');
INSERT INTO "events" VALUES('run',5,'{"kind":"finished","seconds":500.0,"peak_memory_mb":900.0}');
INSERT INTO "events" VALUES('hot',1,'{"kind":"described","provenance":{"source":"scratch","repository":"torchvision/resnet18","revision":null,"seed":0,"sha256":null,"notice":"The published weights cannot be reached.","data":"digits-0123","teacher":"resnet18-digits-4567","teacher_was_cached":false,"versions":{"torch":"2.9.1"},"device":"a test''s CPU","threads":2,"recorded_at":"2026-05-03T10:00:00+00:00","teacher_damage":"","precision":""},"class_names":["cat","dog"],"labels":[]}');
INSERT INTO "events" VALUES('hot',2,'{"kind":"stage_started","stage":"study","note":"How hot? Not \"stage\":\"study\".","repeat":0}');
INSERT INTO "events" VALUES('hot',3,'{"kind":"cell","at":{"temperature":1.0},"seed":0,"values":{"accuracy":0.51,"entropy":0.1},"measured_in":""}');
INSERT INTO "events" VALUES('hot',4,'{"kind":"cell","at":{"temperature":4.0},"seed":0,"values":{"accuracy":0.54,"entropy":0.4},"measured_in":""}');
INSERT INTO "events" VALUES('hot',5,'{"kind":"cell","at":{"temperature":1.0},"seed":1,"values":{"accuracy":0.51,"entropy":0.1},"measured_in":""}');
INSERT INTO "events" VALUES('hot',6,'{"kind":"cell","at":{"temperature":4.0},"seed":1,"values":{"accuracy":0.54,"entropy":0.4},"measured_in":""}');
INSERT INTO "events" VALUES('hot',7,'{"kind":"progress","stage":"study","done":4,"total":4,"examples_per_second":null,"seconds_left":0.0}');
INSERT INTO "events" VALUES('hot',8,'{"kind":"concluded","conclusion":{"sentences":["It is warmer."],"answer":"between","shown":true,"comparisons":[]}}');
INSERT INTO "events" VALUES('hot',9,'{"kind":"stage_finished","stage":"study","seconds":12.0,"peak_memory_mb":900.0,"examples":0}');
INSERT INTO "events" VALUES('hot',10,'{"kind":"finished","seconds":12.0,"peak_memory_mb":900.0}');
INSERT INTO "events" VALUES('stopped',1,'{"kind":"described","provenance":{"source":"scratch","repository":"torchvision/resnet18","revision":null,"seed":0,"sha256":null,"notice":"The published weights cannot be reached.","data":"digits-0123","teacher":"resnet18-digits-4567","teacher_was_cached":false,"versions":{"torch":"2.9.1"},"device":"a test''s CPU","threads":2,"recorded_at":"2026-05-03T10:00:00+00:00","teacher_damage":"","precision":""},"class_names":["cat","dog"],"labels":[]}');
INSERT INTO "events" VALUES('stopped',2,'{"kind":"stage_started","stage":"study","note":"How hot?","repeat":0}');
INSERT INTO "events" VALUES('stopped',3,'{"kind":"cell","at":{"temperature":1.0},"seed":0,"values":{"accuracy":0.51,"entropy":0.1},"measured_in":""}');
INSERT INTO "events" VALUES('stopped',4,'{"kind":"failed","message":"Cancelled.","advice":""}');
INSERT INTO "events" VALUES('failed',1,'{"kind":"failed","message":"It said {\"kind\":\"study\"}.","advice":""}');
CREATE TABLE lab_progress (
	progress VARCHAR(32) NOT NULL,
	lab VARCHAR(32) NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (progress, lab)
);
INSERT INTO "lab_progress" VALUES('0123456789abcdef','temperature','{"prediction":"between","settings":{},"committed_at":"2026-05-03T05:14:10.410303+00:00","runs":[],"answers":[]}');
CREATE TABLE notes (
	run_id VARCHAR(32) NOT NULL,
	body TEXT NOT NULL,
	written_at VARCHAR(32) NOT NULL,
	PRIMARY KEY (run_id)
);
INSERT INTO "notes" VALUES('hot','Warm.','2026-05-03T05:14:10.409750+00:00');
CREATE TABLE runs (
	id VARCHAR(32) NOT NULL,
	number INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	origin VARCHAR(16) NOT NULL,
	config TEXT NOT NULL,
	forecast TEXT NOT NULL,
	created_at VARCHAR(32) NOT NULL,
	started_at VARCHAR(32),
	finished_at VARCHAR(32),
	process VARCHAR(64),
	cancel_requested BOOLEAN NOT NULL,
	message TEXT NOT NULL,
	advice TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (number)
);
INSERT INTO "runs" VALUES('run',1,'finished','app','{"model":"resnet18","dataset":"digits","student_size":0.5,"train_examples":1077,"method":"kd","temperature":7.0,"alpha":0.7,"beta":8.0,"epochs":5,"pruning":"unstructured","importance":"magnitude","scope":"global","layer_sparsity":"","target_sparsity":0.5,"recovery_epochs":2,"schedule":"one_shot","rounds":3,"recovery_with_teacher":true,"also_prune":[],"round_to":1,"image_size":32,"learning_rate":0.001,"batch_size":64,"weights":"auto","seed":0,"repeats":1}','{"seconds":20.0,"peak_memory_mb":900.0,"basis":"estimate"}','2026-05-03T05:14:10.206098+00:00','2026-05-03T05:14:10.220423+00:00','2026-05-03T05:14:10.223309+00:00','1@1',0,'','');
INSERT INTO "runs" VALUES('hot',2,'finished','app','{"kind":"study","study":"how_hot","base":{"model":"resnet18","dataset":"digits","student_size":0.25,"train_examples":200,"method":"kd","temperature":4.0,"alpha":0.9,"beta":8.0,"epochs":15,"pruning":"unstructured","importance":"magnitude","scope":"global","layer_sparsity":"","target_sparsity":0.5,"recovery_epochs":2,"schedule":"one_shot","rounds":3,"recovery_with_teacher":true,"also_prune":[],"round_to":1,"image_size":32,"learning_rate":0.001,"batch_size":64,"weights":"auto","seed":0,"repeats":1},"axes":[{"setting":"temperature","values":[1.0,4.0]}],"seeds":2,"continues":""}','{"seconds":20.0,"peak_memory_mb":900.0,"basis":"estimate"}','2026-05-03T05:14:10.233140+00:00','2026-05-03T05:14:10.233856+00:00','2026-05-03T05:14:10.234695+00:00','1@1',0,'','');
INSERT INTO "runs" VALUES('stopped',3,'cancelled','app','{"kind":"study","study":"how_hot","base":{"model":"resnet18","dataset":"digits","student_size":0.25,"train_examples":200,"method":"kd","temperature":4.0,"alpha":0.9,"beta":8.0,"epochs":15,"pruning":"unstructured","importance":"magnitude","scope":"global","layer_sparsity":"","target_sparsity":0.5,"recovery_epochs":2,"schedule":"one_shot","rounds":3,"recovery_with_teacher":true,"also_prune":[],"round_to":1,"image_size":32,"learning_rate":0.001,"batch_size":64,"weights":"auto","seed":0,"repeats":1},"axes":[{"setting":"temperature","values":[1.0,4.0]}],"seeds":2,"continues":"hot"}','{"seconds":20.0,"peak_memory_mb":900.0,"basis":"estimate"}','2026-05-03T05:14:10.235164+00:00','2026-05-03T05:14:10.243690+00:00','2026-05-03T05:14:10.244563+00:00','1@1',0,'Cancelled.','');
INSERT INTO "runs" VALUES('failed',4,'failed','app','{"model":"t5_small","dataset":"reviews_topic","student_size":3.0,"train_examples":1620,"method":"kd","temperature":4.0,"alpha":0.7,"beta":8.0,"epochs":4,"pruning":"unstructured","importance":"magnitude","scope":"global","layer_sparsity":"","target_sparsity":0.5,"recovery_epochs":2,"schedule":"one_shot","rounds":3,"recovery_with_teacher":true,"also_prune":[],"round_to":1,"image_size":32,"learning_rate":0.005,"batch_size":32,"weights":"auto","seed":0,"repeats":1}','{"seconds":20.0,"peak_memory_mb":900.0,"basis":"estimate"}','2026-05-03T05:14:10.247983+00:00','2026-05-03T05:14:10.248456+00:00','2026-05-03T05:14:10.248719+00:00','1@1',0,'It said {"kind":"study"}.','');
INSERT INTO "runs" VALUES('waiting',5,'queued','app','{"kind":"study","study":"few_labels","base":{"model":"resnet18","dataset":"digits","student_size":0.25,"train_examples":1077,"method":"kd","temperature":4.0,"alpha":0.7,"beta":8.0,"epochs":5,"pruning":"unstructured","importance":"magnitude","scope":"global","layer_sparsity":"","target_sparsity":0.5,"recovery_epochs":2,"schedule":"one_shot","rounds":3,"recovery_with_teacher":true,"also_prune":[],"round_to":1,"image_size":32,"learning_rate":0.001,"batch_size":64,"weights":"auto","seed":0,"repeats":1},"axes":[{"setting":"labels","values":[50,100,200,500]}],"seeds":5,"continues":""}','{"seconds":20.0,"peak_memory_mb":900.0,"basis":"estimate"}','2026-05-03T05:14:10.249517+00:00',NULL,NULL,NULL,0,'','');
CREATE TABLE table_versions (
	version INTEGER NOT NULL,
	PRIMARY KEY (version)
);
INSERT INTO "table_versions" VALUES(1);
CREATE TABLE variant_measurements (
	run_id VARCHAR(32) NOT NULL,
	repeat INTEGER NOT NULL,
	variant VARCHAR(16) NOT NULL,
	position INTEGER NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (run_id, repeat, variant),
	FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
INSERT INTO "variant_measurements" VALUES('run',0,'teacher',4,'{"name":"teacher","accuracy":0.5,"accuracy_interval":[0.4,0.6],"precision":0.5,"recall":0.5,"f1":0.5,"confusion":[[1,1],[1,1]],"test_examples":4,"parameters":10,"nonzero_parameters":9,"sparsity":0.1,"prunable_sparsity":0.2,"macs":100,"macs_at":"32 x 32","size_bytes":40,"gzip_bytes":30,"latency_ms":{},"stage_peak_memory_mb":900.0,"layers":[],"generated":[],"repeat":0,"answers":[],"sparse_bytes":null,"sparse_encodings":{}}');
CREATE INDEX ix_runs_state ON runs (state);
COMMIT;
