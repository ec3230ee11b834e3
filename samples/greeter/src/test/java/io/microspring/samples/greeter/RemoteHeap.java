package io.microspring.samples.greeter;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.tools.attach.VirtualMachine;

/**
 * The heap of another JVM on this machine, seen over JMX.
 */
final class RemoteHeap implements AutoCloseable {

	private final JMXConnector connector;

	private final MBeanServerConnection connection;

	private final MemoryMXBean memory;

	RemoteHeap(long pid) throws Exception {
		VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
		try {
			this.connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
		}
		finally {
			machine.detach();
		}
		this.connection = this.connector.getMBeanServerConnection();
		this.memory = ManagementFactory.newPlatformMXBeanProxy(this.connection, ManagementFactory.MEMORY_MXBEAN_NAME,
				MemoryMXBean.class);
	}

	/**
	 * Collects the garbage, a few times, as some of it is alive for a moment only.
	 * @return the least that was left, in bytes
	 */
	long left() throws Exception {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 3; i++) {
			this.memory.gc();
			long left = 0;
			for (MemoryPoolMXBean pool : ManagementFactory.getPlatformMXBeans(this.connection,
					MemoryPoolMXBean.class)) {
				if (pool.getType() == MemoryType.HEAP) {
					left += pool.getCollectionUsage().getUsed();
				}
			}
			least = Math.min(least, left);
		}
		return least;
	}

	@Override
	public void close() throws Exception {
		this.connector.close();
	}

}
