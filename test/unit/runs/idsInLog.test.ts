import { StartedLog } from '../../../nodes/Magnific/runs/idsInLog';
import { VirtualClock } from '../support/virtualClock';

describe('the log of started runs', () => {
	it('writes one line per burst, and each run once', async () => {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const log = new StartedLog(clock, (line) => lines.push(line));
		for (let item = 0; item < 3; item += 1) log.note(item, `run${String(item)}`);
		expect(lines).toEqual([]);
		await clock.advance(1_000);
		expect(lines).toEqual(['Magnific: started runs item 0: run0, item 1: run1, item 2: run2']);
		await clock.advance(60_000);
		log.note(3, 'run3');
		await clock.advance(1_000);
		expect(lines.slice(1)).toEqual(['Magnific: started runs item 3: run3']);
	});

	it('writes a line every five seconds where runs start one after the other', async () => {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const log = new StartedLog(clock, (line) => lines.push(line));
		for (let item = 0; item < 30; item += 1) {
			log.note(item, `run${String(item)}`);
			await clock.advance(1_200);
		}
		await clock.advance(5_000);
		expect(lines).toHaveLength(8);
		expect(lines.join().match(/run\d+/g)).toHaveLength(30);
	});

	it('writes what it has at once when it is told to, and leaves nothing behind', async () => {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const log = new StartedLog(clock, (line) => lines.push(line));
		log.note(0, 'run0');
		log.flush();
		log.flush();
		expect(lines).toHaveLength(1);
		await clock.advance(0);
		expect(clock.sleeping).toBe(0);
		log.note(1, 'run1');
		await clock.advance(5_000);
		expect(lines).toHaveLength(2);
	});

	it('waits for the rest of a burst from its first run on, and anew after it was told to write', async () => {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const log = new StartedLog(clock, (line) => lines.push(line));
		log.note(0, 'run0');
		await clock.advance(600);
		log.note(1, 'run1');
		await clock.advance(400);
		expect(lines).toEqual(['Magnific: started runs item 0: run0, item 1: run1']);
		await clock.advance(60_000);
		log.note(2, 'run2');
		log.flush();
		log.note(3, 'run3');
		await clock.advance(0);
		expect(lines).toHaveLength(2);
	});
});
