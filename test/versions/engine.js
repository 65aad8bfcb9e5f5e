/**
 * Stands in for `n8n-core` in the engine tests when they run on another n8n's engine. That of n8n 1
 * takes one by one what that of n8n 2 takes in an object.
 */
const core = require(`${process.env.MAGNIFIC_ENGINE_MODULES}/n8n-core`);

const { run } = core.WorkflowExecute.prototype;
if (run.length > 1) {
	core.WorkflowExecute.prototype.run = function ({ workflow, startNode }) {
		return run.call(this, workflow, startNode);
	};
}

module.exports = core;
